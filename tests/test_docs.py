"""The documentation says what the code says: codes, settings, invariants, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models import TextChoices

from apps.common.problems import PROBLEMS
from apps.insights.invariants import INVARIANTS
from apps.insights.services.checking import CARDS
from apps.refunds.states import RefundStatus
from apps.returns.policy.codes import RESPONSES
from apps.returns.states import ReturnStatus
from apps.terminals.states import Scope

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r'\benv\.\w+\(\s*"(\w+)"')
_ROW = re.compile(r"^\| `?([^|`]+?)`? \|(.*)$", re.MULTILINE)


def _rows(page: str, heading: str = "") -> dict[str, str]:
    """The first cells of the tables under a heading (of the whole page without one), and the rest."""
    text = (DOCS / page).read_text()
    if heading:
        text = text.partition(f"\n{heading}\n")[2]
        text = re.split(rf"^#{{1,{heading.count('#')}}} ", text, maxsplit=1, flags=re.MULTILINE)[0]
    return dict(_ROW.findall(text))


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_every_problem_stands_in_the_guide_with_its_status_title_and_meaning() -> None:
    rows = _rows("api.md", "## Problems")
    for code, problem in PROBLEMS.items():
        cells = [cell.strip() for cell in rows[code].split(" | ")]
        assert cells[0] == str(problem.status)
        assert cells[1] == problem.title
        assert cells[2].removesuffix(" |") == problem.meaning


def test_every_decision_code_stands_in_the_guide_with_its_texts() -> None:
    rows = _rows("api.md", "## Decision codes")
    assert set(RESPONSES) <= set(rows)
    for code, response in RESPONSES.items():
        assert f" {response.outcome} | {response.operator} | {response.customer}" in rows[code]


@pytest.mark.parametrize("words", [ReturnStatus, RefundStatus, Scope])
def test_every_status_and_scope_stands_in_the_guide(words: type[TextChoices]) -> None:
    assert set(words.values) <= set(_rows("api.md"))


def test_every_setting_from_the_environment_stands_in_the_operators_table() -> None:
    settings = set(_SETTING.findall((ROOT / "returns_mgmt" / "settings.py").read_text()))
    assert settings == set(_rows("operators.md", "## Environment")) - {"variable", "---"}


def test_every_invariant_stands_in_the_auditors_table_with_its_promise() -> None:
    rows = _rows("auditors.md", "### The invariants")
    promises = {one.number: one.promise for one in INVARIANTS} | {CARDS[0]: CARDS[1]}
    assert {number: rows.get(number, "").split(" | ")[0].strip() for number in promises} == promises


def test_every_decision_is_in_the_index_under_its_title() -> None:
    index = (DOCS / "adr" / "README.md").read_text()
    for page in DECISIONS:
        number, _, title = page.read_text().splitlines()[0].removeprefix("# ").partition(" ")
        assert page.name.startswith(f"{number}-")
        assert f"| [{number}]({page.name}) | {title} |" in index


@pytest.mark.parametrize("page", DECISIONS, ids=_name)
def test_every_decision_says_what_was_rejected(page: Path) -> None:
    text = page.read_text()
    for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**Rejected.**\n- *"):
        assert part in text


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [link for link in _links(page) if not _resolves(page, link)]
    assert broken == []


def _links(page: Path) -> Iterator[str]:
    """Links within the repository, outside of code."""
    text = _FENCE.sub("", page.read_text())
    return (link for link in _LINK.findall(text) if not re.match(r"https?:", link))


def _resolves(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if DOCS / "images" in target.parents and not (DOCS / "images").is_dir():
        return True  # the pictures are made with the pages they show
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """What a heading is called in an address: small letters, digits and hyphens."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

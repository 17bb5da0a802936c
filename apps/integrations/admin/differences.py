"""Two texts side by side, with the lines that differ marked."""

from __future__ import annotations

from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MOST_LINES = 2_000


def marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both, escaped; what only one of them has stands in `<del>` or `<ins>`."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    left: list[SafeString] = []
    right: list[SafeString] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = what == "equal"
        left += [_line(line, "" if same else "del") for line in old[a:b]]
        right += [_line(line, "" if same else "ins") for line in new[c:d]]
    return _joined(left), _joined(right)


def _line(text: str, tag: str) -> SafeString:
    if tag == "del":
        return format_html("<del>{}</del>", text)
    return format_html("<ins>{}</ins>" if tag else "{}", text)


def _joined(lines: list[SafeString]) -> SafeString:
    return format_html_join("\n", "{}", ((line,) for line in lines))

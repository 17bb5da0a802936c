"""The chapters of a return as a PDF, made by ReportLab: A4, paged, searchable."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from apps.insights.story.chapters import Chapter, Table

_INK, _RULE, _WASH = (
    colors.HexColor("#1d2430"),
    colors.HexColor("#c5cbd5"),
    colors.HexColor("#f2f4f7"),
)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12, textColor=_INK)
_TITLE = ParagraphStyle("title", _TEXT, fontName="Helvetica-Bold", fontSize=18, leading=24)
_HEAD = ParagraphStyle(
    "head", _TEXT, fontName="Helvetica-Bold", fontSize=11, leading=15, spaceBefore=10, spaceAfter=3,
    keepWithNext=1,
)  # fmt: skip
_CELL = ParagraphStyle("cell", _TEXT, fontSize=7.5, leading=9.5, splitLongWords=1)
_CELL_HEAD = ParagraphStyle("cell head", _CELL, fontName="Helvetica-Bold")
_GRID: list[Any] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("BACKGROUND", (0, 0), (-1, 0), _WASH),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]
_LONGEST_CELL = 600


def to_pdf(title: str, says: str, chapters: Sequence[Chapter], *, made: str, at: datetime) -> bytes:
    """`made` stands at the foot of every page. The fonts know Western European letters; others come
    without their marks, or as a question mark. The page and the JSON have them as they are."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=16 * mm,
        bottomMargin=18 * mm, title=title, author="", creator="", invariant=1,
    )  # fmt: skip
    width = document.width - 12  # the frame keeps 6 points free on either side

    def foot(canvas: Any, page: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(_INK)
        canvas.drawString(16 * mm, 10 * mm, _known(made))
        number = _("Page %(n)s") % {"n": page.page}
        canvas.drawRightString(A4[0] - 16 * mm, 10 * mm, number)
        canvas.restoreState()

    flow: list[Flowable] = [_paragraph(title, _TITLE), _paragraph(says, _TEXT)]
    for chapter in chapters:
        flow.append(_paragraph(chapter.title, _HEAD))
        flow += [_paragraph(text, _TEXT) for text in chapter.says]
        for table in chapter.tables:
            flow += [Spacer(0, 3), _grid(table, width)]
    document.build(flow, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _grid(table: Table, width: float) -> Grid:
    """Columns as wide as what stands in them asks for, within the page."""
    lines = [[_paragraph(cell, _CELL_HEAD) for cell in table.head]]
    lines += [[_paragraph(cell, _CELL) for cell in row] for row in table.rows]
    wishes = [
        min(max(len(row[place]) for row in (table.head, *table.rows)), 60) + 4
        for place in range(len(table.head))
    ]
    widths = [width * wish / sum(wishes) for wish in wishes]
    return Grid(lines, colWidths=widths, style=_GRID, repeatRows=1)


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(_known(text[:_LONGEST_CELL])), style)


def _known(text: str) -> str:
    """In letters that the fonts of every PDF reader have."""
    return "".join(letter if _has(letter) else _nearest(letter) for letter in text)


def _has(letter: str) -> bool:
    try:
        return bool(letter.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _nearest(letter: str) -> str:
    bare = unicodedata.normalize("NFKD", letter)[:1]
    return bare if bare and _has(bare) else "?"

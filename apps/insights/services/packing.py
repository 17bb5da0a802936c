"""The auditor pack: everything known of one return, readable and provable without this system."""

from __future__ import annotations

import io
import zipfile
from array import array
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from apps.audit import services as audit
from apps.audit.chain import moment
from apps.audit.commands import Fact
from apps.audit.models import AuditEntry
from apps.audit.services.exporting import links_of, stretches_of
from apps.audit.services.proof import proof_files
from apps.audit.services.sealing import seal_entries
from apps.common.caller import Actor
from apps.insights.story.chapters import chapters_of, headline
from apps.insights.story.facts import facts_of
from apps.insights.story.reading import read_proof, read_told
from apps.returns.admin.story import Story

_WHAT = """\
Everything that is known of return {number}: return.html to read and print, return.pdf the same,
return.json for programs (amounts in minor units, times in UTC). trail.jsonl has the entries of the
trail about the return, its refunds and its sale, with their proof.
That this pack was made stands in the trail as return.packed, with the SHA-256 of each file as in
SHA256SUMS (to check those: sha256sum -c SHA256SUMS)."""


def make_pack(story: Story, *, actor: Actor, now: datetime) -> bytes:
    """A ZIP. What waits for its seal is sealed first; that it was made is recorded with the hashes."""
    # Here, since reportlab takes long to load, and most processes never make a PDF.
    from apps.insights.story.pdf import to_pdf

    seal_entries()
    entries = _entries(story)
    told, proof = read_told(story), read_proof(entries)
    number = story.what.number
    made = {"at": moment(now), "by": actor.label}
    title = _("Return %(number)s") % {"number": number}
    foot = _("Made %(at)s by %(by)s") % made
    says, chapters = headline(story), chapters_of(story, told, proof)
    page = {"title": title, "says": says, "chapters": chapters, "made": foot}
    files = {
        "return.html": render_to_string("pack/return.html", page).encode(),
        "return.pdf": to_pdf(title, says, chapters, made=foot, at=now),
        "return.json": facts_of(story, told, proof, made=made),
        "trail.jsonl": _trail(entries),
        **proof_files(title=f"Return {number}", what=_WHAT.format(number=number)),
    }
    sums = {name: sha256(content).hexdigest() for name, content in files.items()}
    text = "".join(f"{sum_}  {name}\n" for name, sum_ in sorted(sums.items()))
    with transaction.atomic():
        fact = Fact(
            "return.packed",
            "return",
            str(story.what.pk),
            subject_label=number,
            data={"sha256": sums},
        )
        audit.record([fact], actor=actor, now=now)
    return _zipped({**files, "SHA256SUMS": text.encode()}, now)


def _entries(story: Story) -> list[AuditEntry]:
    """About the return, its refunds and its sale, oldest first."""
    refunds = [str(refund.pk) for refund in story.refunds]
    about = Q(subject_type="return", subject_id=str(story.what.pk))
    about |= Q(subject_type="refund", subject_id__in=refunds)
    if story.what.sale_id:
        about |= Q(subject_type="sale", subject_id=str(story.what.sale_id))
    return list(AuditEntry.objects.filter(about).order_by("id"))


def _trail(entries: list[AuditEntry]) -> bytes:
    ids = array("q", (entry.pk for entry in entries))
    with connection.cursor() as cursor:
        stretches = stretches_of(cursor, ids)
        links = (link for stretch in stretches for link in links_of(cursor, stretch, ids))
        return b"".join(link.to_line() for link in links)


def _zipped(files: dict[str, bytes], now: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(
                zipfile.ZipInfo(name, now.timetuple()[:6]), content, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()

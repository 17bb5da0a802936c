"""What a rush comes to: each figure with what it has to be. Pure."""

from __future__ import annotations

from soak.figures import Figure, Must
from soak.trail.links import Shop
from soak.trail.rush import Run


def figures(run: Run) -> list[Figure]:
    """The rush, each shop's chain, how soon it was sealed, and what the checks said."""
    return [
        *_rush(run),
        *(figure for shop in run.shops for figure in _shop(shop)),
        Figure("wait", "s from commit to seal, p50", run.waits.p50),
        Figure("wait", "s from commit to seal, p99", run.waits.p99),
        Figure("wait", "s from commit to seal, longest", run.waits.longest),
        Figure("end", "entries without seal", run.unsealed, Must.ZERO),
        Figure("end", "findings of audit verify", run.findings, Must.ZERO),
        Figure("end", "violations found by verify", run.violations, Must.ZERO),
    ]


def _rush(run: Run) -> list[Figure]:
    kept = sum(shop.returns for shop in run.shops)
    return [
        Figure("rush", "lines at once", run.clients),
        Figure("rush", "returns completed", run.returned.done, Must.SOME),
        Figure("rush", "returns a second", round(run.returned.rate)),
        Figure("rush", "ms until answered, p99", round(run.returned.p99)),
        Figure("rush", "returns refused or failed", run.returned.errors, Must.ZERO),
        # One return of the world itself is counted beside those of the rush.
        Figure("rush", "returns without their entry", max(0, run.wanted - kept), Must.ZERO),
    ]


def _shop(shop: Shop) -> list[Figure]:
    name = f"shop {shop.number}"
    return [
        Figure(name, f"{name}: entries", shop.entries, Must.SOME),
        Figure(name, f"{name}: seals", shop.seals, Must.SOME),
        Figure(name, f"{name}: entries without seal", shop.entries - shop.seals, Must.ZERO),
        Figure(name, f"{name}: breaks in the chain", shop.breaks, Must.ZERO),
    ]

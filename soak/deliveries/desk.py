"""Orders to the inside of the installation that are about destinations."""

from __future__ import annotations

from soak.deliveries.plan import Wish
from soak.office import Office


class Desk(Office):
    def begin(self) -> int:
        """The place in the feed after which everything is to be delivered."""
        return int(self._order("begin")["position"])

    def add_destination(self, wish: Wish, url: str) -> tuple[str, str]:
        """(id, its first secret in clear)"""
        settings = {"ordered": wish.ordered, "event_types": list(wish.types), **wish.settings}
        made = self._order("add_destination", title=wish.name, url=url, settings=settings)
        return made["id"], made["secret"]

    def rotate_secret(self, destination_id: str, overlap_s: float) -> str:
        """The new secret in clear; the one before it signs for so long beside it."""
        arguments = {"destination_id": destination_id, "overlap_s": overlap_s}
        return str(self._order("rotate_secret", **arguments)["secret"])

    def close_breakers(self) -> int:
        """How many were open: somebody says that it works again."""
        return int(self._order("close_breakers")["closed"])

"""Which register plays an invoice: the same one whatever the number of workers.

Idempotency keys belong to a terminal, so the choice must never depend on how a run is cut up.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from client.api import ReturnsClient
from client.registers import ListedRegister, RegistersError, open_register
from client.replay.invoices import Invoice
from client.replay.shops import shop_of
from client.transport import Transport


def stable_hash(text: str) -> int:
    """The same on every machine and in every run, unlike hash()."""
    return zlib.crc32(text.encode())


class Registers:
    """All registers of all shops, on one transport."""

    def __init__(self, listed: Sequence[ListedRegister], keys: Path, transport: Transport) -> None:
        self.transport = transport
        self._by_store: dict[str, list[ReturnsClient]] = {}
        # All now, not each on its first invoice: an enrolment code lives for minutes only.
        for one in sorted(listed, key=lambda one: (one.store, one.terminal)):
            client = open_register(one, keys, transport)
            self._by_store.setdefault(one.store, []).append(client)

    def register_for(self, invoice: Invoice) -> ReturnsClient:
        """A register of the invoice's shop, chosen by its customer."""
        registers = self._by_store[shop_of(invoice.country).number]
        return registers[stable_hash(invoice.partition) % len(registers)]

    def require_shops(self, countries: Iterable[str]) -> None:
        """Raises, before anything is sent, when a shop has no register at all."""
        shops = [shop_of(country) for country in sorted(set(countries))]
        missing = [f"{s.number} ({s.name})" for s in shops if s.number not in self._by_store]
        if missing:
            raise RegistersError(f"no register of shop {', '.join(missing)}")

"""All invoices through N workers.

What one customer does depends on what the customer did before, and on nobody else. So a customer's
invoices go to one worker, in date order, and any number of workers leads to the same end.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console

from client.progress import watch
from client.replay.invoices import Book, Invoice
from client.replay.journal import Journal
from client.replay.player import Player
from client.replay.registers import Registers, stable_hash
from client.replay.tally import Tally


def share_out(invoices: Sequence[Invoice], workers: int) -> list[list[Invoice]]:
    """One list per worker, each in the order given; a customer's invoices stay together."""
    shares: list[list[Invoice]] = [[] for _ in range(workers)]
    for invoice in invoices:
        shares[stable_hash(invoice.partition) % workers].append(invoice)
    return shares


def play_book(
    book: Book, registers: Registers, journal: Journal, workers: int, console: Console
) -> Tally:
    """Plays every invoice; gives all figures, those of earlier runs from the journal included."""
    registers.require_shops(invoice.country for invoice in book.invoices if invoice.entries)
    stop = threading.Event()
    players = [Player(registers, journal, Tally()) for _ in range(workers)]
    shares = share_out(book.invoices, workers)

    def give_up() -> None:
        stop.set()
        registers.transport.stop_waiting()

    with ThreadPoolExecutor(workers, thread_name_prefix="replay") as pool:
        futures = [
            pool.submit(_play_share, player, share, stop)
            for player, share in zip(players, shares, strict=True)
        ]
        watch(
            futures,
            console=console,
            label="replay",
            unit="invoices",
            total=len(book.invoices),
            done=lambda: sum(player.tally.invoices for player in players),
            calls=lambda: registers.transport.calls,
            stop=give_up,
        )
    total = Tally(lines=book.settled.copy())
    for player in players:
        total.add(player.tally)
    return total


def _play_share(player: Player, share: Sequence[Invoice], stop: threading.Event) -> None:
    for invoice in share:
        if stop.is_set():
            return
        player.play(invoice)

"""`python -m soak.inside`: the part that runs within the application. Orders in, answers out, by line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import django


def main() -> None:
    django.setup()
    from soak.world import ORDERS, prepare  # models can be imported only now

    prepare()
    carry_out(ORDERS)


def carry_out(orders: Mapping[str, Callable[..., dict[str, Any]]]) -> None:
    """Every order that comes, until no more can come."""
    for line in sys.stdin:
        order = json.loads(line)
        answer = orders[order["name"]](**order["arguments"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

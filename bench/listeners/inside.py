"""`python -m bench.listeners.inside`: what runs within the application. Orders in, answers out, by line."""

from __future__ import annotations

import json
import sys

import django


def main() -> None:
    django.setup()
    from bench.listeners.orders import ORDERS  # models can be imported only now

    for line in sys.stdin:
        order = json.loads(line)
        answer = ORDERS[order["name"]](**order["arguments"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

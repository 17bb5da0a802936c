"""`python -m soak.deliveries.inside`: what runs within the application, with orders of its own."""

from __future__ import annotations

import django


def main() -> None:
    django.setup()
    from soak.deliveries.orders import ORDERS  # models can be imported only now
    from soak.inside import carry_out
    from soak.world import prepare

    prepare()
    carry_out(ORDERS)


if __name__ == "__main__":
    main()

"""`python -m bench.inside`: the part that runs within the application; prints what it made."""

from __future__ import annotations

import json

import django


def main() -> None:
    django.setup()
    from bench.world import make_world  # models can be imported only now

    print(json.dumps(make_world()))  # noqa: T201


if __name__ == "__main__":
    main()

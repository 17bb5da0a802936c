from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "apps.common"

    def ready(self) -> None:
        """What the schema generator must know is registered by importing it."""
        from apps.common import schema  # noqa: F401

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "apps.common"

    def ready(self) -> None:
        """What the schema generator must know is registered by importing it. Keys for stored
        secrets that are missing or malformed stop the process here, not at the first secret."""
        from apps.common import schema  # noqa: F401
        from apps.common.keyring import keyring

        keyring()

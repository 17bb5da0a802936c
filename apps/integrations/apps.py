from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class IntegrationsConfig(AppConfig):
    name = "apps.integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        """A process does not start with an allow-list that cannot be read, or that allows too much."""
        from apps.integrations.policy.allowed import BadEntry, read_allowed

        try:
            read_allowed(settings.ALLOWED_NETWORKS)
        except BadEntry as error:
            raise ImproperlyConfigured(f"ALLOWED_NETWORKS: {error}") from None

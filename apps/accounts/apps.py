from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from apps.accounts.middleware import begin_session

        def begin(sender: Any, request: Any, **more: Any) -> None:
            begin_session(request)

        # Django's own, of its own log-in: however somebody gets in, the time begins to run.
        user_logged_in.connect(begin, weak=False, dispatch_uid="accounts.begin_session")

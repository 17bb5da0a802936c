from django.urls import path

from apps.terminals.views import Enrol, Heartbeat, Keys, Token

urlpatterns = [
    path("oauth/token", Token.as_view(), name="token"),
    path("terminals/enrol", Enrol.as_view(), name="terminal-enrol"),
    path("terminals/self/keys", Keys.as_view(), name="terminal-keys"),
    path("terminals/self/heartbeat", Heartbeat.as_view(), name="terminal-heartbeat"),
]

from django.urls import path

from apps.terminals.views import Self, Token

urlpatterns = [
    path("oauth/token", Token.as_view(), name="token"),
    path("terminals/self", Self.as_view(), name="terminal-self"),
]

"""The routes of what waits: those of the API's that have something to wait for."""

from django.urls import path

from apps.insights.views import healthz, readyz
from apps.streams.views.waiting import WaitingChanges, WaitingReturn, WaitingStream

urlpatterns = [
    path("api/v1/changes", WaitingChanges.as_view()),
    path("api/v1/changes/stream", WaitingStream.as_view()),
    path("api/v1/returns/<uuid:return_id>", WaitingReturn.as_view()),
    path("healthz", healthz),
    path("readyz", readyz),
]

handler404 = "apps.streams.views.waiting.not_here"
handler500 = "apps.insights.views.server_error"

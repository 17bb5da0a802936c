from django.urls import path

from apps.events.views import Changes, Stream

urlpatterns = [
    path("changes", Changes.as_view(), name="changes"),
    path("changes/stream", Stream.as_view(), name="changes-stream"),
]

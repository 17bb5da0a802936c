from django.urls import path

from apps.streams.views.resync import Resync

urlpatterns = [path("changes/resync", Resync.as_view(), name="changes-resync")]

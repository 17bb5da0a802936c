from django.urls import path

from apps.events.views import Changes

urlpatterns = [path("changes", Changes.as_view(), name="changes")]

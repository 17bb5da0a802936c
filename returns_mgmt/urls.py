"""All routes. Each app brings its own."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from apps.insights.views import healthz, problem_page, readyz

api: list[URLPattern | URLResolver] = [
    path("", include("apps.terminals.urls")),
    path("", include("apps.sales.urls")),
    path("", include("apps.inventory.urls")),
    path("", include("apps.returns.urls")),
    path("", include("apps.events.urls")),
    path("", include("apps.integrations.urls")),
    path("", include("apps.streams.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("api/v1/", include(api)),
    path("admin/", admin.site.urls),
    path("problems/<slug:code>", problem_page, name="problem"),
    path("healthz", healthz),
    path("readyz", readyz),
]

handler400 = "apps.insights.views.bad_request"
handler403 = "apps.insights.views.forbidden"
handler404 = "apps.insights.views.not_found"
handler500 = "apps.insights.views.server_error"

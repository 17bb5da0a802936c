from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class InsightsConfig(AppConfig):
    name = "apps.insights"
    verbose_name = "Insights"


class SiteConfig(AdminConfig):
    """Django's admin, with our site: home page, order of places, texts."""

    default_site = "apps.insights.site.ReturnsAdminSite"

"""The admin site: our home page and the order of places."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class ReturnsAdminSite(admin.AdminSite):
    site_header = _("Returns")
    site_title = _("Returns")
    index_title = _("Home")

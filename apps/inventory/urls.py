from django.urls import path

from apps.inventory.views import Counts, Stock

urlpatterns = [
    path("stock", Stock.as_view(), name="stock"),
    path("stock/counts", Counts.as_view(), name="stock-counts"),
]

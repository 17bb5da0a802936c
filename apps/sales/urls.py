from django.urls import path

from apps.sales.views import SaleByReceipt, Sales, SalesBatch, SaleSearch

urlpatterns = [
    path("sales", Sales.as_view(), name="sales"),
    path("sales/batch", SalesBatch.as_view(), name="sales-batch"),
    path("sales/search", SaleSearch.as_view(), name="sales-search"),
    path("sales/<str:receipt_number>", SaleByReceipt.as_view(), name="sale"),
]

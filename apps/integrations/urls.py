from django.urls import path

from apps.integrations.views import InboundShopify

urlpatterns = [
    path("inbound/shopify/<uuid:shop_id>", InboundShopify.as_view(), name="inbound-shopify"),
]

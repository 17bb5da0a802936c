from django.urls import path

from apps.returns.views.own import Self
from apps.returns.views.returns import Complete, OneReturn, Override, Quote, Returns, Void

urlpatterns = [
    path("terminals/self", Self.as_view(), name="terminal-self"),
    path("returns", Returns.as_view(), name="returns"),
    path("returns/quote", Quote.as_view(), name="return-quote"),
    path("returns/<uuid:return_id>", OneReturn.as_view(), name="return"),
    path("returns/<uuid:return_id>/complete", Complete.as_view(), name="return-complete"),
    path("returns/<uuid:return_id>/override", Override.as_view(), name="return-override"),
    path("returns/<uuid:return_id>/void", Void.as_view(), name="return-void"),
]

"""What Shopify says, in our words: which parts are kept, and an order as a sale. Pure."""

from apps.integrations.policy.shopify.keeping import TOPICS, keep
from apps.integrations.policy.shopify.order import read_order
from apps.integrations.policy.shopify.outcomes import Known, NotASale, ShopTerms
from apps.integrations.policy.shopify.signature import is_signed

__all__ = ["TOPICS", "Known", "NotASale", "ShopTerms", "is_signed", "keep", "read_order"]

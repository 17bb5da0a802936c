"""A small shop's goods. Prices are in euro cents and include 20 % VAT."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """`price` is per piece, or per kilogram where the article is weighed."""

    sku: str
    name: str
    price: int
    weighed: bool = False


CATALOGUE = (
    Article("DEMO-1001", "Cotton T-shirt, white", 1490),
    Article("DEMO-1002", "Cotton T-shirt, navy", 1490),
    Article("DEMO-1003", "Linen shirt", 3995),
    Article("DEMO-1004", "Straight jeans", 5990),
    Article("DEMO-1005", "Wool scarf", 2450),
    Article("DEMO-1006", "Leather belt", 2999),
    Article("DEMO-1007", "Ankle socks, three pairs", 799),
    Article("DEMO-1008", "Canvas bag", 1295),
    Article("DEMO-2001", "Stoneware mug", 895),
    Article("DEMO-2002", "Dinner plate", 1150),
    Article("DEMO-2003", "Water glass", 399),
    Article("DEMO-2004", "Chef's knife", 4490),
    Article("DEMO-2005", "Table lamp", 6900),
    Article("DEMO-2006", "Scented candle", 1649),
    Article("DEMO-2007", "Picture frame, 20 x 30", 1275),
    Article("DEMO-2008", "Kitchen scale", 3333),
    Article("DEMO-3001", "Coffee beans", 2390, weighed=True),
    Article("DEMO-3002", "Loose green tea", 5850, weighed=True),
    Article("DEMO-3003", "Almonds, roasted", 1999, weighed=True),
    Article("DEMO-3004", "Dried apricots", 1475, weighed=True),
)
PIECES = tuple(article for article in CATALOGUE if not article.weighed)
BY_WEIGHT = tuple(article for article in CATALOGUE if article.weighed)

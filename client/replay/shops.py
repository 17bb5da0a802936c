"""One shop per country, with a number that no other file of the same set can change."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as an administrator enters it. All of them sell in pounds, as the file does."""

    number: str
    name: str
    country: str
    timezone: str
    currency: str = "GBP"

    def as_json(self) -> dict[str, str]:
        return asdict(self)


# Numbers are never given out anew: a new country goes to the end with the next free number.
# The last two names are no countries; they stand where the seller and most of that trade is.
_KNOWN = {
    "United Kingdom": ("7001", "GB", "Europe/London"),
    "Australia": ("7002", "AU", "Australia/Sydney"),
    "Austria": ("7003", "AT", "Europe/Vienna"),
    "Bahrain": ("7004", "BH", "Asia/Bahrain"),
    "Belgium": ("7005", "BE", "Europe/Brussels"),
    "Brazil": ("7006", "BR", "America/Sao_Paulo"),
    "Canada": ("7007", "CA", "America/Toronto"),
    "Channel Islands": ("7008", "JE", "Europe/Jersey"),
    "Cyprus": ("7009", "CY", "Asia/Nicosia"),
    "Czech Republic": ("7010", "CZ", "Europe/Prague"),
    "Denmark": ("7011", "DK", "Europe/Copenhagen"),
    "EIRE": ("7012", "IE", "Europe/Dublin"),
    "Finland": ("7013", "FI", "Europe/Helsinki"),
    "France": ("7014", "FR", "Europe/Paris"),
    "Germany": ("7015", "DE", "Europe/Berlin"),
    "Greece": ("7016", "GR", "Europe/Athens"),
    "Hong Kong": ("7017", "HK", "Asia/Hong_Kong"),
    "Iceland": ("7018", "IS", "Atlantic/Reykjavik"),
    "Israel": ("7019", "IL", "Asia/Jerusalem"),
    "Italy": ("7020", "IT", "Europe/Rome"),
    "Japan": ("7021", "JP", "Asia/Tokyo"),
    "Lebanon": ("7022", "LB", "Asia/Beirut"),
    "Lithuania": ("7023", "LT", "Europe/Vilnius"),
    "Malta": ("7024", "MT", "Europe/Malta"),
    "Netherlands": ("7025", "NL", "Europe/Amsterdam"),
    "Norway": ("7026", "NO", "Europe/Oslo"),
    "Poland": ("7027", "PL", "Europe/Warsaw"),
    "Portugal": ("7028", "PT", "Europe/Lisbon"),
    "RSA": ("7029", "ZA", "Africa/Johannesburg"),
    "Saudi Arabia": ("7030", "SA", "Asia/Riyadh"),
    "Singapore": ("7031", "SG", "Asia/Singapore"),
    "Spain": ("7032", "ES", "Europe/Madrid"),
    "Sweden": ("7033", "SE", "Europe/Stockholm"),
    "Switzerland": ("7034", "CH", "Europe/Zurich"),
    "USA": ("7035", "US", "America/New_York"),
    "United Arab Emirates": ("7036", "AE", "Asia/Dubai"),
    "European Community": ("7037", "BE", "Europe/Brussels"),
    "Unspecified": ("7038", "GB", "Europe/London"),
}


def shop_of(country: str) -> Shop:
    """The shop of a country as the file spells it; an unknown one gets a number from its name."""
    if country in _KNOWN:
        number, code, timezone = _KNOWN[country]
    else:
        # Six digits, so it can never be one of the table's four.
        number = f"7{zlib.crc32(country.encode()) % 100_000:05d}"
        code, timezone = "GB", "Europe/London"
    return Shop(number, f"Online Retail {country}", code, timezone)

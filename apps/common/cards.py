"""The card-number guard. No primary account number may enter, be stored, be logged or be echoed.

Luhn alone flags a tenth of all barcodes and every IMEI, so a number counts as a card number only
with a known issuer prefix, the length that issuer uses, and a valid check digit; and, where it is
written in groups, in the groups printed on cards (4-4-4-4, 4-6-5, 4-6-4). A receipt number such as
0042-03-261120-1187 is therefore none.
"""

from __future__ import annotations

import re
import unicodedata

_CANDIDATE = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][-.])"
    r"(?:\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5})"
    r"(?![0-9A-Za-z])(?!-[0-9A-Za-z])"
)
_TRACK = re.compile(r"%?B\d{12,19}\^|;?\d{13,19}=\d{4,}")
_SEPARATORS = str.maketrans("", "", " -")

# First digits → lengths (Visa, Mastercard, Amex, Diners, Discover, JCB, Maestro, UnionPay, Mir).
_ISSUERS: tuple[tuple[range, int, frozenset[int]], ...] = (
    (range(4, 5), 1, frozenset({16, 19})),
    (range(51, 56), 2, frozenset({16})),
    (range(2221, 2721), 4, frozenset({16})),
    (range(34, 35), 2, frozenset({15})),
    (range(37, 38), 2, frozenset({15})),
    (range(300, 306), 3, frozenset({14, 16, 19})),
    (range(36, 37), 2, frozenset({14, 16, 19})),
    (range(38, 40), 2, frozenset({14, 16, 19})),
    (range(6011, 6012), 4, frozenset({16, 19})),
    (range(644, 660), 3, frozenset({16, 19})),
    (range(3528, 3590), 4, frozenset({16, 19})),
    (range(50, 51), 2, frozenset({16, 18, 19})),
    (range(56, 59), 2, frozenset({16, 18, 19})),
    (range(63, 64), 2, frozenset({16, 18, 19})),
    (range(67, 68), 2, frozenset({16, 18, 19})),
    (range(62, 63), 2, frozenset({16, 17, 18, 19})),
    (range(2200, 2205), 4, frozenset({16, 17, 18, 19})),
)


def contains_card_number(text: str) -> bool:
    """Whether `text` carries a card number, or magnetic-track data."""
    return any(True for _ in _spans(text))


def scrub_card_numbers(text: str) -> str:
    """The same text with every card number replaced by `[card number removed]`."""
    parts, done = [], 0
    for start, end in sorted(_spans(text)):  # a track carries a number: the two overlap
        if start >= done:
            parts += [text[done:start], "[card number removed]"]
        done = max(done, end)
    return "".join([*parts, text[done:]])


def _spans(text: str) -> list[tuple[int, int]]:
    if sum(map(text.count, "0123456789")) < 14 and text.isascii():
        return []
    plain = text if text.isascii() else _plain_digits(text)
    found = [match.span() for match in _CANDIDATE.finditer(plain) if _is_card(match.group())]
    return found + [match.span() for match in _TRACK.finditer(plain)]


def _plain_digits(text: str) -> str:
    """Unicode digits and spaces as ASCII, one character for one, so that positions stay."""
    out = []
    for char in text:
        digit = unicodedata.digit(char, None)
        out.append(str(digit) if digit is not None else " " if char.isspace() else char)
    return "".join(out)


def _is_card(candidate: str) -> bool:
    digits = candidate.translate(_SEPARATORS)
    return _known_issuer(digits) and _luhn(digits)


def _known_issuer(digits: str) -> bool:
    return any(
        len(digits) in lengths and int(digits[:width]) in prefixes
        for prefixes, width, lengths in _ISSUERS
    )


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0

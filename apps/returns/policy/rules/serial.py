from __future__ import annotations

from apps.returns.policy.facts import Facts, LineFacts
from apps.returns.policy.findings import Finding
from apps.returns.policy.settings.goods import SerialCheck


def serial(line: LineFacts, facts: Facts) -> Finding | None:
    """The very piece that was sold comes back: its serial number is the one of the sale."""
    if facts.rules is None or line.goods is None:
        return None
    check = facts.rules.serial.check
    sold = line.sold.serial_number if line.sold else ""
    wanted = line.goods.serial_tracked or (check == SerialCheck.SOLD and bool(sold))
    if check == SerialCheck.OFF or not wanted:
        return None
    came = line.asked.serial_number
    inputs = {"serial": came, "serial_sold": sold}
    if not came.strip():
        return Finding("serial", "serial-missing", inputs)
    same = not sold or came.strip().casefold() == sold.strip().casefold()
    return Finding("serial", "ok" if same else "serial-wrong", inputs)

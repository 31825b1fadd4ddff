"""Lines and their sums, the same for quotes and invoices.

GST is worked out line by line and rounded half up to the cent. Prices are even dollars, so every line's GST comes out
in whole cents and rounding once per invoice gives the same sum; the exceptions are the lines marked `odd_cents`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coastal.catalogue import SERVICE
from coastal.world import Row, half_up

INCOME = "Service income"
RECOVERED = "Recovered costs"


@dataclass(frozen=True)
class Line:
    """One line: quantity in halves, price in cents without GST, discount and GST in per cent."""

    service: str
    option: str
    description: str
    price: int
    halves: int = 2
    discount: int = 0
    gst_percent: int = 10
    account: str = INCOME
    odd_cents: bool = False

    @property
    def quantity(self) -> str:
        return f"{self.halves / 2:g}"

    @property
    def amount(self) -> int:
        """Return the cents after discount, without GST."""
        cents, rest = divmod(self.halves * self.price * (100 - self.discount), 200)
        if rest:
            raise ValueError(f"{self.description}: the amount is no whole number of cents")
        return cents

    @property
    def gst(self) -> int:
        if self.amount * self.gst_percent % 100 and not self.odd_cents:
            raise ValueError(f"{self.description}: GST of {self.amount} cents is no whole number of cents")
        return half_up(self.amount * self.gst_percent, 100)


@dataclass(frozen=True)
class Sums:
    subtotal: int
    gst: int

    @property
    def total(self) -> int:
        return self.subtotal + self.gst


def sums(lines: Sequence[Line]) -> Sums:
    return Sums(sum(line.amount for line in lines), sum(line.gst for line in lines))


def service_line(service_id: str, option: str = "", *, halves: int = 2, discount: int = 0) -> Line:
    service = SERVICE[service_id]
    description = f"{service.name} ({option})" if option else service.name
    return Line(service_id, option, description, service.price_of(option), halves, discount)


def lines_of_booking(booking: Row, *, discount: int = 0) -> list[Line]:
    """Return what a booking is charged at: its main service and the services added to it."""
    lines = [service_line(booking["Service ID"], booking["Option"], discount=discount)]
    for name in booking.get("_extras", ()):
        lines.append(service_line(name, halves=booking["_halves"][name]))
    return lines

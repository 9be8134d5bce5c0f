"""An order and what it costs."""

from dataclasses import dataclass, field
from typing import List


@dataclass(frozen=True)
class Line:
    """So many of one article."""

    article: str
    quantity: int
    unit_cents: int

    def __post_init__(self):
        if self.quantity < 1:
            raise ValueError(f"{self.article}: the quantity must be at least 1")
        if self.unit_cents < 0:
            raise ValueError(f"{self.article}: the price must not be negative")

    @property
    def cents(self):
        return self.quantity * self.unit_cents


@dataclass(frozen=True)
class Order:
    """What one customer buys at once."""

    customer: str
    lines: List[Line] = field(default_factory=list)

    @property
    def cents(self):
        return sum(line.cents for line in self.lines)

    @property
    def quantity(self):
        return sum(line.quantity for line in self.lines)

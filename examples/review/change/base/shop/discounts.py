"""What customers need not pay."""

from shop.money import percent_of

BULK_QUANTITY = 10
BULK_PERCENT = 5


def bulk_discount(order):
    """The discount for many articles in one order, in cents."""
    if order.quantity < BULK_QUANTITY:
        return 0
    return percent_of(order.cents, BULK_PERCENT)

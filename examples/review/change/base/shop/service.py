"""What the shop does: places orders and lists them."""

from shop.discounts import bulk_discount


def place(storage, order):
    """Stores an order; returns its number and what the customer pays, in cents."""
    to_pay = order.cents - bulk_discount(order)
    number = storage.append(
        {
            "customer": order.customer,
            "lines": [[line.article, line.quantity, line.unit_cents] for line in order.lines],
            "paid_cents": to_pay,
        }
    )
    return number, to_pay


def placed(storage):
    """Every order so far, the oldest first."""
    return storage.load()

"""Amounts of money, in whole cents."""


def percent_of(cents, percent):
    """`percent` of an amount, rounded down: the shop never gives half a cent away."""
    return cents * percent // 100


def shown(cents):
    """An amount as people write it: `12.50`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"

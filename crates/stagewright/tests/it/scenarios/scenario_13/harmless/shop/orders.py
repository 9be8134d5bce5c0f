"""Orders of the shop, with an import that is left over."""

import os  # expect: LOW F401

from shop.money import add


def total(prices: list[int]) -> int:
    result = 0
    for price in prices:
        result = add(result, price)
    return result


def label(number: int) -> str:
    return f"order {number}"

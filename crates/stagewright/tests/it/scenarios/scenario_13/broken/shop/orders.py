"""Orders of the shop, in a state in which nothing can be checked."""

from shop.money import add


def total(prices: list[int]) -> int:
    result = 0
    for price in prices:
        result = add(result, price)
    return result


def label(number: int -> str:  # expect: HIGH invalid-syntax
    return f"order {number}"

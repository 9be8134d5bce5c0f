from shop.money import add


def total(prices: list[int]) -> int:
    result = 0
    for price in prices:
        result = add(result, price)
    return result

"""Orders of the shop. What the reviewers have to say stands beside the lines."""
import os  # expect: LOW F401
import subprocess  # expect: LOW B404

from shop.money import add


def total(prices: list[int]) -> int:
    result = 0
    for price in prices:
        result = add(result, price)
    return result


def archive(path: str) -> int:
    return subprocess.call("tar cf orders.tar " + path, shell=True)  # expect: HIGH B602


def label(number: int) -> str:
    return number  # expect: HIGH return-value


def describe(number: int) -> str:
    return str(number)
    print("never")  # expect: MEDIUM unreachable-code

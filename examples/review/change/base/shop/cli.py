"""The command line."""

import argparse

from shop import service
from shop.money import shown
from shop.orders import Line, Order
from shop.storage import Storage


def line_of(text):
    """Reads `article:quantity:cents`."""
    try:
        article, quantity, cents = text.rsplit(":", 2)
        return Line(article, int(quantity), int(cents))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no order line: {error}") from error


def parser():
    main_parser = argparse.ArgumentParser(prog="shop")
    main_parser.add_argument("--data", default="orders.json", help="where orders are kept")
    commands = main_parser.add_subparsers(dest="command", required=True)
    place = commands.add_parser("place", help="place an order")
    place.add_argument("customer")
    place.add_argument("lines", nargs="+", type=line_of, metavar="ARTICLE:QUANTITY:CENTS")
    commands.add_parser("list", help="list the orders")
    return main_parser


def main(words):
    arguments = parser().parse_args(words)
    storage = Storage(arguments.data)
    if arguments.command == "place":
        order = Order(arguments.customer, arguments.lines)
        number, to_pay = service.place(storage, order)
        print(f"order {number}: {shown(to_pay)}")
    else:
        for number, record in enumerate(service.placed(storage), start=1):
            print(f"order {number}: {record['customer']} {shown(record['paid_cents'])}")
    return 0

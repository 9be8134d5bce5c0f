import unittest

from shop.discounts import bulk_discount
from shop.money import shown
from shop.orders import Line, Order


class Discounts(unittest.TestCase):
    def test_the_bulk_discount_begins_at_ten(self):
        nine = Order("Ada", [Line("tea", 9, 450)])
        ten = Order("Ada", [Line("tea", 10, 450)])
        self.assertEqual(bulk_discount(nine), 0)
        self.assertEqual(bulk_discount(ten), 225)

    def test_amounts_are_shown_with_two_digits(self):
        self.assertEqual([shown(5), shown(1250), shown(-70)], ["0.05", "12.50", "-0.70"])

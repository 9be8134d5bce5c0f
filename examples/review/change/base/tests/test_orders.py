import unittest

from shop.orders import Line, Order


class Orders(unittest.TestCase):
    def test_an_order_costs_what_its_lines_cost(self):
        order = Order("Ada", [Line("tea", 2, 450), Line("mug", 1, 1250)])
        self.assertEqual(order.cents, 2150)
        self.assertEqual(order.quantity, 3)

    def test_impossible_lines_are_refused(self):
        for quantity, cents in [(0, 450), (-1, 450), (1, -1)]:
            with self.subTest(quantity=quantity, cents=cents):
                with self.assertRaises(ValueError):
                    Line("tea", quantity, cents)

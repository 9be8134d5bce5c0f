import os
import tempfile
import unittest

from shop import service
from shop.orders import Line, Order
from shop.storage import Storage


class Service(unittest.TestCase):
    def test_a_placed_order_is_kept_with_its_discount(self):
        with tempfile.TemporaryDirectory() as directory:
            storage = Storage(os.path.join(directory, "orders.json"))
            number, to_pay = service.place(storage, Order("Ada", [Line("tea", 10, 450)]))
            self.assertEqual((number, to_pay), (1, 4275))
            self.assertEqual(service.placed(storage)[0]["customer"], "Ada")

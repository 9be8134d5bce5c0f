from shop import orders

print(orders.total([1, 2]), orders.archive("x"), orders.label(1), orders.describe(2))

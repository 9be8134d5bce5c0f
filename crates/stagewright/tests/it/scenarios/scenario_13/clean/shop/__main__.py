from shop import orders

print(orders.total([1, 2]), orders.label(1))

"""A small shop: orders, discounts, storage."""

"""The marketplace's endpoints by subject, one short method each. `KauflandMarket` is all of them together."""

"""The notebook: what we saw, what Slack shows, what people asked for. The only package that touches tables.

One module per word (`subjects`, `actions`, `pushes`, ...), each a set of functions over frozen values. What is asked
for many times a second is written as SQL (`sql`, `writes`); the rest speaks Tortoise. Every statement and transaction
goes through `transaction`, which no cancellation can reach into.
"""

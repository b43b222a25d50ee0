"""The steps from an empty database to today's tables. Written by Tortoise, read by us before they are kept."""

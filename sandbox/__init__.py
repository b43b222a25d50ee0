"""A local marketplace and a local Slack workspace: for the demo, for the tests and for trying rules.

Never imported by `bot`.
"""

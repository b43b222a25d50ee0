"""How things look in Slack, and how to read what comes back. Pure."""

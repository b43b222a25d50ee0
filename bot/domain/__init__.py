"""What words mean and what we decide. Pure: no I/O, no clock, no Slack, no database."""

"""The notebook, on real SQLite files and a real PostgreSQL."""

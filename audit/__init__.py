"""The append-only log that every room writes to."""

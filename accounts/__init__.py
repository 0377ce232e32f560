"""People: who signs in, and which roles they have."""

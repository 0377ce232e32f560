"""The real counterparts that tests start for themselves: PostgreSQL, Redis, the whole site, a browser."""

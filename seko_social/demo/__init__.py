"""The demo organisation: people, channels and six weeks of history, for development and training only."""

"""How to talk to platforms, and nothing about posts."""

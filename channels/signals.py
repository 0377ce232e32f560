"""
What rooms above may want to know. Sent in the transaction of the act itself, so that what they tell is told exactly when
it is so.
"""

from django.dispatch import Signal

broke = Signal()
"""A channel has just broken: `channel` and `code` (a `codes.Trouble`). Whoever publishes there must be told."""

"""
What rooms above may want to know. Sent in the transaction of the act itself, so that what they tell is told exactly when
it is so.
"""

from django.dispatch import Signal

broke = Signal()
"""A channel has just broken: `channel` and `code` (a `codes.Trouble`). Whoever publishes there must be told."""

parting = Signal()
"""A `channel` is being disconnected: sent first of all, so that whoever publishes there can stop before it is gone."""

reopened = Signal()
"""A `channel` that was disconnected is connected again, `by` somebody or nobody: what was meant for it then is old."""

"""`{{ at|on_the_clock }}`: 12.00, and which of the two in the doubled hour; `{{ gap|next_gap_in_words }}`."""

from django import template

from approvals import calendar_words
from posts import waiting

register = template.Library()
register.filter("on_the_clock", waiting.clock_time)
register.filter("next_gap_in_words", calendar_words.next_gap)

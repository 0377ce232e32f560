"""Days of events as people say them (`posts.events_words`)."""

from django import template

from posts import events_words

register = template.Library()
register.filter("said", events_words.said)
register.filter("when", events_words.when)

"""`{{ name|first_name }}`: what colleagues call each other."""

from django import template

register = template.Library()


@register.filter
def first_name(name: str) -> str:
    return name.split(" ")[0]

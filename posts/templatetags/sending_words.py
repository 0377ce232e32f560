"""`{% theme category region %}` and `{% with_media pictures films files %}`: what somebody sent in, in a few words."""

from django import template
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.simple_tag
def theme(category: str, region: str) -> str:
    """arbetsplatsbesök, Umeå"""
    about = category[:1].lower() + category[1:] if category else _("ett inlägg")
    return ", ".join(part for part in (about, region) if part)


@register.simple_tag
def with_media(pictures: int, films: int, files: int) -> str:
    """med 2 bilder och 1 film; what is not prepared yet may be either"""
    unknown = files - pictures - films
    if unknown:
        return ngettext("med %(n)d fil", "med %(n)d filer", files) % {"n": files}
    found = [
        ngettext("%(n)d bild", "%(n)d bilder", pictures) % {"n": pictures} if pictures else "",
        ngettext("%(n)d film", "%(n)d filmer", films) % {"n": films} if films else "",
    ]
    named = get_text_list([part for part in found if part], _("och"))
    return _("med %(media)s") % {"media": named} if named else _("utan bild")

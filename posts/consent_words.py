"""
What people in pictures are told before they answer. The words are a part of the proof: each answer keeps their version.

A change of any of these texts makes the next version, and a test sees to it. Ordinary Swedish is translated like every
other text; easy Swedish is a language of its own, for those who have just come to Swedish or read little.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

VERSION = 4
SWEDISH, ENGLISH, EASY = "sv", "en", "latt"
LANGUAGES: dict[str, str] = {SWEDISH: "Svenska", EASY: "Lätt svenska", ENGLISH: "English"}
"""By what stands in the address; each called as it calls itself."""

SCRIPT = gettext_lazy(
    "Vi vill lägga ut bilden på %(organisation)ss %(places)s. Den kan visa att du är med i facket. "
    "Du får säga nej och du kan ändra dig när som helst. Är det okej?"
)
"""Read aloud where people are."""

ORDINARY: Mapping[str, Any] = {
    "title": gettext_lazy("Får %(organisation)s visa den här bilden?"),
    "title_several": gettext_lazy("Får %(organisation)s visa de här bilderna?"),
    "asks": gettext_lazy("%(name)s frågar dig, för %(organisation)s."),
    "where": gettext_lazy("Bilden läggs ut på %(places)s. Alla kan se den där."),
    "membership": gettext_lazy("Andra kan förstå att du är med i facket."),
    "free": gettext_lazy("Du bestämmer själv, och ett nej får inga följder."),
    "reasons": gettext_lazy("Om du inte ska synas någonstans, säg nej. Du behöver inte säga varför."),
    "change": gettext_lazy("Du kan ändra dig när som helst. Då tar vi ned bilden."),
    "yes": gettext_lazy("Ja, det är okej"),
    "no": gettext_lazy("Nej"),
    "minor": gettext_lazy("Är du under 18 år? Då är det din vårdnadshavare som svarar."),
    "to_guardian": gettext_lazy("Sidan för vårdnadshavare"),
    "guardian_title": gettext_lazy("Får %(organisation)s visa bilden av ditt barn?"),
    "guardian_lead": gettext_lazy(
        "Någon under 18 år är med på bilden. Därför är det du som vårdnadshavare som svarar. "
        "Prata med ditt barn först. Skicka den här sidans adress till vårdnadshavaren om det inte är du."
    ),
    "guardian_yes": gettext_lazy("Jag är vårdnadshavare och säger ja"),
    "guardian_no": gettext_lazy("Jag är vårdnadshavare och säger nej"),
    "not_a_child": gettext_lazy("Jag svarar för mig själv"),
    "how": gettext_lazy("Så hanterar %(organisation)s bilden"),
    "how_1": gettext_lazy(
        "%(organisation)s ansvarar för bilden. Uppgiften att du är med i facket är känslig, och vi lägger ut bilden bara "
        "om du säger ja."
    ),
    "how_2": gettext_lazy(
        "Företagen bakom kanalerna finns också utanför EU. Det som ligger ute där kan andra kopiera och dela, och det "
        "kan vi inte ta tillbaka."
    ),
    "how_3": gettext_lazy(
        "Vi sparar ditt svar, tiden, bilden och vad som stod här, så länge vi behöver kunna visa vad du svarade. Vi "
        "sparar inte ditt namn och ingenting om din telefon."
    ),
    "how_3_phone": gettext_lazy(
        "Vi sparar ditt svar, tiden, bilden, vad som stod här och det du skriver som namn, så länge vi behöver kunna "
        "visa vad du svarade. Du kan låta bli att skriva något."
    ),
    "how_4": gettext_lazy(
        "Du har rätt att få veta vad vi sparar, och att klaga hos Integritetsskyddsmyndigheten."
    ),
    "thanks_yes": gettext_lazy("Tack. Du har sagt ja."),
    "keep": gettext_lazy("Spara den här sidan. Här kan du ändra dig."),
    "withdraw": gettext_lazy("Ta tillbaka mitt ja"),
    "thanks_no": gettext_lazy("Tack. Du har sagt nej."),
    "no_lead": gettext_lazy(
        "Bilden läggs inte ut så som den är nu. Ingen behöver veta varför, och det får inga följder."
    ),
    "no_to_yes": gettext_lazy("Jag ändrar mig: ja, det är okej"),
    "withdrawn": gettext_lazy("Du har tagit tillbaka ditt ja."),
    "withdrawn_open": gettext_lazy("Vi tar ned bilden. Du får besked inom ett dygn, här på sidan."),
    "withdrawn_shared": gettext_lazy(
        "Det andra redan har delat kan vi inte ta bort, men säg till om du ser det. Det gäller skärmbilder också."
    ),
    "withdrawn_held": gettext_lazy("Det som väntade på att läggas ut är stoppat och läggs inte ut."),
    "withdrawn_nowhere": gettext_lazy("Bilden är inte utlagd, och den läggs inte ut."),
    "withdrawn_done": gettext_lazy("Bilden är nedtagen. Det här är ditt kvitto."),
    "mail_lead": gettext_lazy("Vill du ha kvittot med mejl? Vi glömmer adressen när det är skickat."),
    "mail_label": gettext_lazy("Din mejladress"),
    "mail_button": gettext_lazy("Mejla mig"),
    "mail_waits": gettext_lazy("Kvittot mejlas till dig när allt är nedtaget."),
    "mail_sent": gettext_lazy("Kvittot är mejlat."),
    "mail_wrong": gettext_lazy("Det är ingen mejladress. Den ser ut så här: namn@exempel.se"),
    "expired": gettext_lazy("Länken gäller inte längre."),
    "expired_lead": gettext_lazy(
        "Den gällde i 14 dagar, eller så har du fått en nyare. Ingen har svarat på den, så bilden läggs inte ut på grund "
        "av den."
    ),
    "unknown": gettext_lazy("Länken gäller inte."),
    "unknown_lead": gettext_lazy("Titta om hela adressen kom med. Annars kan du be om en ny länk."),
    "unused": gettext_lazy("Inlägget blev inte av, och bilden läggs inte ut."),
    "gone": gettext_lazy("Bilden finns inte längre hos oss."),
    "not_yet": gettext_lazy("Bilden görs i ordning. Du kan säga ja när du ser den."),
    "now": gettext_lazy("Bilden är klar. Nu kan du svara."),
    "look_again": gettext_lazy("Titta igen"),
    "changed": gettext_lazy("Bilderna har ändrats. Titta på dem och svara igen."),
    "wait": gettext_lazy("Vänta en minut och försök igen."),
    "late": gettext_lazy("Svaret hade redan ändrats. Så här är det nu."),
    "contact": gettext_lazy("Frågor? Mejla %(contact)s."),
    "only_yours": gettext_lazy("Länken är bara till dig."),
    "lasts": gettext_lazy("Du kan svara till och med %(day)s."),
    "regret_lasts": gettext_lazy("Ångra dig kan du när som helst, också efter det."),
    "picture": gettext_lazy("Bilden som det gäller"),
    "taken_down": gettext_lazy("nedtagen %(at)s"),
    "never_out": gettext_lazy("kom aldrig ut"),
    "being_taken_down": gettext_lazy("tas ned"),
    "by_hand": gettext_lazy("tas ned av en människa"),
    "number": gettext_lazy("Ärende %(n)d"),
    "opened": gettext_lazy("Du tog tillbaka ditt ja %(at)s"),
    "opened_no": gettext_lazy("Du sa nej %(at)s"),
    "due": gettext_lazy("Senast nere %(at)s"),
    "done": gettext_lazy("Allt nere %(at)s"),
    "and": gettext_lazy("och"),
}

PLAIN: Mapping[str, str] = {
    "title": "Får %(organisation)s visa den här bilden?",
    "title_several": "Får %(organisation)s visa de här bilderna?",
    "asks": "%(name)s arbetar med %(organisation)s. %(name)s frågar dig.",
    "where": "Vi vill visa bilden på %(places)s. Alla kan se den där.",
    "membership": "Andra kan förstå att du är med i facket.",
    "free": "Du bestämmer. Du får säga nej. Ingen blir arg, och inget händer.",
    "reasons": "Är det farligt för dig att synas? Säg nej. Du behöver inte berätta varför.",
    "change": "Du kan ångra dig. Då tar vi bort bilden.",
    "yes": "Ja, det är okej",
    "no": "Nej",
    "minor": "Är du yngre än 18 år? Då måste din mamma, din pappa eller en annan vårdnadshavare svara.",
    "to_guardian": "Sidan för vårdnadshavare",
    "guardian_title": "Får %(organisation)s visa bilden av ditt barn?",
    "guardian_lead": (
        "Ditt barn är med på bilden. Barnet är yngre än 18 år. Därför svarar du. Prata med barnet först."
    ),
    "guardian_yes": "Jag är vårdnadshavare. Jag säger ja",
    "guardian_no": "Jag är vårdnadshavare. Jag säger nej",
    "not_a_child": "Jag är 18 år eller äldre",
    "how": "Mer om bilden",
    "how_1": "%(organisation)s ansvarar för bilden. Vi visar den bara om du säger ja.",
    "how_2": "Bilden visas på internet, också utanför Europa. Andra kan spara och dela den. Det kan vi inte stoppa.",
    "how_3": (
        "Vi sparar ditt svar, tiden, bilden och den här texten, så länge vi behöver kunna visa vad du svarade. "
        "Vi sparar inte ditt namn."
    ),
    "how_3_phone": (
        "Vi sparar ditt svar, tiden, bilden, den här texten och ditt namn om du skriver det, så länge vi behöver kunna "
        "visa vad du svarade."
    ),
    "how_4": "Du har rätt att få veta vad vi sparar. Du kan klaga hos Integritetsskyddsmyndigheten.",
    "thanks_yes": "Tack. Du har sagt ja.",
    "keep": "Spara den här sidan. Här kan du ångra dig.",
    "withdraw": "Jag ångrar mig. Ta bort bilden",
    "thanks_no": "Tack. Du har sagt nej.",
    "no_lead": "Vi visar inte bilden så som den är nu. Du behöver inte berätta varför.",
    "no_to_yes": "Jag ångrar mig. Ja, det är okej",
    "withdrawn": "Du har ångrat dig.",
    "withdrawn_open": "Vi tar bort bilden. Det tar högst ett dygn. Titta på den här sidan. Här ser du när den är borta.",
    "withdrawn_shared": (
        "Har någon annan delat bilden eller tagit en skärmbild? Det kan vi inte ta bort. Säg till oss om du ser det."
    ),
    "withdrawn_held": "Vi lägger inte ut bilden på fler ställen.",
    "withdrawn_nowhere": "Vi har inte visat bilden. Vi kommer inte att visa den.",
    "withdrawn_done": "Bilden är borta. Det här är ditt kvitto.",
    "mail_lead": "Vill du ha kvittot med mejl? Vi tar bort din adress när mejlet är skickat.",
    "mail_label": "Din mejladress",
    "mail_button": "Mejla mig",
    "mail_waits": "Du får ett mejl när allt är borta.",
    "mail_sent": "Vi har mejlat dig.",
    "mail_wrong": "Det är ingen mejladress. Den ser ut så här: namn@exempel.se",
    "expired": "Länken är för gammal.",
    "expired_lead": "Du kan inte svara här längre. Ingen har svarat, så vi visar inte bilden på grund av den här länken.",
    "unknown": "Länken är fel.",
    "unknown_lead": "Titta om hela adressen är med. Eller be om en ny länk.",
    "unused": "Vi använder inte bilden. Vi visar den inte.",
    "gone": "Bilden finns inte längre hos oss.",
    "not_yet": "Bilden är inte klar. Vänta lite. Du kan säga ja när du ser bilden.",
    "now": "Nu är bilden klar. Nu kan du svara.",
    "look_again": "Titta igen",
    "changed": "Det är nya bilder. Titta på dem. Svara sedan igen.",
    "wait": "Vänta en minut. Försök sedan igen.",
    "late": "Svaret var redan ändrat. Så här är det nu.",
    "contact": "Har du frågor? Mejla %(contact)s.",
    "only_yours": "Länken är bara till dig.",
    "lasts": "Du kan svara till och med %(day)s.",
    "regret_lasts": "Du kan ångra dig när som helst, också efter den dagen.",
    "picture": "Bilden",
    "taken_down": "borta %(at)s",
    "never_out": "har aldrig visats",
    "being_taken_down": "vi tar bort den nu",
    "by_hand": "en människa tar bort den",
    "number": "Ärende %(n)d",
    "opened": "Du ångrade dig %(at)s",
    "opened_no": "Du sa nej %(at)s",
    "due": "Borta senast %(at)s",
    "done": "Allt borta %(at)s",
    "and": "och",
}


class Words:
    """The texts of one page, by their names, in the language that its reader chose."""

    def __init__(self, language: str, facts: Mapping[str, Any]) -> None:
        self.texts = PLAIN if language == EASY else ORDINARY
        self.facts = facts

    def __getitem__(self, name: str) -> str:
        return self.say(name)

    def say(self, name: str, **facts: Any) -> str:
        return str(self.texts[name]) % {**self.facts, **facts}

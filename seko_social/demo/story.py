"""
What happened in the demo organisation: people, channels, and posts in every state, as data.

Days are counted back from today. The people are made up, and so is everything they say.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from accounts import roles

PASSWORD = "okej-okej-okej"  # noqa: S105 printed for everybody: the demo is for training only
PEOPLE = (
    ("karin@demo.test", "Karin Ek", "Umeå", (roles.OMBUDSMAN,)),
    ("ali@demo.test", "Ali Haddad", "Årsta", (roles.OMBUDSMAN,)),
    ("sara@demo.test", "Sara Nyman", "Örebro", (roles.OMBUDSMAN,)),
    ("anna@demo.test", "Anna Lind", "Stockholm", (roles.COMMUNICATIONS,)),
    ("johan@demo.test", "Johan Alm", "Stockholm", (roles.COMMUNICATIONS,)),
    ("mona@demo.test", "Mona Berg", "Stockholm", (roles.ADMINISTRATOR,)),
    ("vera@demo.test", "Vera Ström", "Göteborg", (roles.READER,)),
)


@dataclass(frozen=True)
class DemoChannel:
    """`days_left`: how long its connection lasts; None: nobody has to connect it again."""

    platform: str
    name: str
    remote_id: str
    handle: str
    audience: str
    is_preselected: bool = False
    days_left: int | None = None
    carried: dict[str, Any] = field(default_factory=dict)
    """What an administrator has filled in, by the column's name; people by their address."""


ANNA, JOHAN, MONA = "anna@demo.test", "johan@demo.test", "mona@demo.test"
OPENING = (
    "Den här sidan är Sekos. Seko, Service- och kommunikationsfacket, ansvarar för det som skrivs här. Det du skriver "
    "kan läsas av alla, och av plattformen. Vi tar bort hot, hets och annat som är olagligt, och sådant som pekar ut "
    "enskilda. Frågor om ett ärende? Skriv till seko@seko.se, inte här."
)
MORE_ACCOUNTS = (
    ("facebook", "122100000000002", "Seko Sjöfolk", ""),
    ("x", "1460000000000000002", "Seko Ung", "sekoung"),
    ("youtube", "UCovningsekosjofolk00001", "Seko Sjöfolk", ""),
)
"""At the make-believe platforms, for whoever wants to try and connect one: platform, id, name and handle."""
CHANNELS = (
    DemoChannel(
        "facebook",
        "Seko",
        "122100000000001",
        "",
        "Allmänhet, medlemmar och förtroendevalda",
        is_preselected=True,
        carried={
            "owner": ANNA,
            "deputy": JOHAN,
            "goal": 1,
            "goal_period": "day",
            "alarm_days": 1,
            "administrators": 3,
            "most_administrators": 3,
            "facts": "Över fem miljoner svenskar är användare på Facebook.",
            "facts_source": "Sekos policy för sociala medier",
            "facts_on": date(2016, 4, 7),
            "opening": OPENING,
        },
    ),
    DemoChannel(
        "x",
        "Seko",
        "1460000000000000001",
        "sekofacket",
        "Media, politiker och andra organisationer",
        carried={
            "owner": ANNA,
            "goal": 3,
            "goal_period": "week",
            "alarm_days": 7,
            "administrators": 1,
            "most_administrators": 3,
        },
    ),
    DemoChannel(
        "youtube",
        "Seko",
        "UCsekoovning0000000000ab",
        "",
        "Den som vill se och höra mer",
        days_left=5,
        carried={
            "owner": JOHAN,
            "deputy": ANNA,
            "goal": 2,
            "goal_period": "month",
            "administrators": 2,
            "most_administrators": 3,
        },
    ),
    DemoChannel(
        "by_hand",
        "Seko Väg & ban, grupp",
        "",
        "",
        "Medlemmar på Facebook",
        carried={
            "owner": JOHAN,
            "deputy": "ali@demo.test",
            "administrators": 2,
            "most_administrators": 3,
            "opening": OPENING,
        },
    ),
)


class Ending(StrEnum):
    """Where a post of the story has come to."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES = "changes"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    FAILED = "failed"
    """Out on Facebook, refused by X."""
    NEEDS_DECISION = "needs_decision"
    """Nobody knows whether it came out on X."""
    BY_HAND = "by_hand"
    """Approved for the group, where a person has to put it."""
    PLANNED = "planned"
    RESERVE = "reserve"


@dataclass(frozen=True)
class DemoPost:
    days_ago: int
    hour: int
    author: str
    category: str
    scenes: tuple[str, ...]
    alt_text: str
    text: str
    ending: Ending = Ending.PUBLISHED
    on: tuple[str, ...] = ("facebook",)
    x_text: str = ""
    people: str = "nobody"
    is_urgent: bool = False
    message: str = ""
    reason: str = ""
    link: str = ""
    days_ahead: int = 0
    """What is planned comes out then. What lies in the reserve is good until then; 0: always."""


KARIN, ALI, SARA = "karin@demo.test", "ali@demo.test", "sara@demo.test"
BRANCHES = {
    "Energi": True,
    "Försvar": True,
    "Kriminalvård": True,
    "Post": True,
    "Sjöfart": True,
    "Spår": True,
    "Statlig förvaltning": False,
    "Telekom": True,
    "Väg & ban": False,
}
"""Whether somebody from there is asked, before each picture, whether one may take it (skyddslagen, 4 §)."""
OF_BRANCH = {KARIN: "Väg & ban", SARA: "Kriminalvård"}
YARD_ALT = "Två kollegor i varselkläder och hjälm ler mot kameran. Bakom dem en bangård i gryningen."
ROAD_ALT = (
    "En vägarbetare i gul väst står vid avspärrningen. Bakom henne lyser en pilvagn på en mörk motorväg."
)
PARCEL_ALT = "En terminalarbetare framför ett långt band med paket."
FERRY_ALT = "En gul vägfärja med fyra bilar på väg mellan två öar."
MAST_ALT = "En tekniker i orange väst högt upp i en telemast, skog och himmel runt om."
MARCH_ALT = "Människor går tillsammans på en gata med röda och blå fanor."

POSTS = (
    DemoPost(
        41, 10, KARIN, "Arbetsplatsbesök", ("bangard",), YARD_ALT,
        "På bangården i Umeå pratade vi om vinterns underhåll. Snöröjningen behöver fler händer, inte fler möten.",
        people="all_said_yes",
    ),
    DemoPost(
        39, 13, ALI, "Nyhet på webben", ("terminal",), PARCEL_ALT,
        "Paketen blir fler men inte händerna. I vår nya rapport berättar 400 terminalarbetare om sin vardag.",
        on=("facebook", "x"), link="https://www.seko.se/",
    ),
    DemoPost(
        37, 9, ALI, "Genomförd aktivitet", ("forstamaj",), MARCH_ALT,
        "Tack till alla som gick med oss i lördags. Trygga jobb får man inte, dem tar man tillsammans.",
        on=("facebook", "x"),
    ),
    DemoPost(
        34, 15, KARIN, "Arbetsplatsbesök", ("mast",), MAST_ALT,
        "60 meter upp är utsikten fin och blåsten hård. Teknikerna vi träffade vill ha två man på varje mast.",
        people="all_said_yes", on=("facebook", "x", "youtube"),
    ),
    DemoPost(
        32, 11, KARIN, "Debatt", ("vagarbete",), ROAD_ALT,
        "Sänk farten när du ser oss. Varje vecka kör någon in i en avspärrning. Det är någons arbetsplats.",
        on=("facebook", "x"),
    ),
    DemoPost(
        30, 8, ALI, "Arbetsplatsbesök", ("farja",), FERRY_ALT,
        "En dag på gula färjan. Besättningen kör 40 turer om dagen, året runt, och hinner ändå säga god morgon.",
    ),
    DemoPost(
        28, 10, KARIN, "Nytt material", ("bangard",), YARD_ALT,
        "Ny folder för nyanställda på spåret: dina rättigheter på fyra sidor. Be ditt skyddsombud om ett exemplar.",
    ),
    DemoPost(
        27, 14, ALI, "Intressant länk", ("terminal",), PARCEL_ALT,
        "Läsvärt om nattarbete och hälsa. Tre saker som forskarna vill att arbetsgivaren ändrar först.",
        on=("facebook", "x"), link="https://www.seko.se/",
    ),
    DemoPost(
        24, 9, KARIN, "Seminarium", ("forstamaj",), MARCH_ALT,
        "I går fyllde 120 förtroendevalda salen i Sundsvall. Mest pratade vi om scheman man kan leva med.",
    ),
    DemoPost(
        22, 16, ALI, "Kampanj", ("vagarbete",), ROAD_ALT,
        "Hon ska hem i kväll. Det är hela kampanjen. Dela den gärna med någon som har bråttom på E4.",
        on=("facebook", "x", "youtube"), people="all_said_yes",
    ),
    DemoPost(
        20, 10, KARIN, "Arbetsplatsbesök", ("mast", "bangard"), MAST_ALT,
        "Två besök på en dag: mast på morgonen, spår på eftermiddagen. Samma fråga på båda: när får vi reda på "
        "nästa veckas schema?", people="all_said_yes",
    ),
    DemoPost(
        18, 12, ALI, "Debatt", ("terminal",), PARCEL_ALT,
        "Ett paket går på 40 sekunder genom Årsta. Ryggen som lyfter det ska hålla i 40 år.",
        on=("facebook", "x"),
    ),
    DemoPost(
        16, 9, KARIN, "Kommande aktivitet", ("forstamaj",), MARCH_ALT,
        "På torsdag ses vi på Rådhustorget klockan 12. Ta med en kollega som aldrig har varit med.",
        on=("facebook", "x"),
    ),
    DemoPost(
        14, 11, ALI, "Arbetsplatsbesök", ("farja",), FERRY_ALT,
        "Ny kapten på Hönöleden. Första veckan handlar om vind, ström och kaffe.", people="all_said_yes",
    ),
    DemoPost(
        12, 10, KARIN, "Nyhet på webben", ("vagarbete",), ROAD_ALT,
        "Arbetsmiljöverket ger våra skyddsombud rätt om avspärrningarna på E4.",
        on=("facebook", "x"), link="https://www.seko.se/",
    ),
    DemoPost(
        10, 13, ALI, "Genomförd aktivitet", ("terminal",), PARCEL_ALT,
        "Tolv nya medlemmar på terminalen i Årsta förra veckan. Välkomna!",
    ),
    DemoPost(
        8, 9, KARIN, "Arbetsplatsbesök", ("bangard",), YARD_ALT,
        "Samira och Daniel höll tågen rullande hela julhelgen. I dag fick de berätta hur det kändes.",
        people="all_said_yes", on=("facebook", "x"),
    ),
    DemoPost(
        6, 15, ALI, "Debatt", ("mast",), MAST_ALT,
        "När mobilen slutar fungera ringer man gärna någon. Det är vi som klättrar upp.",
        on=("facebook", "x"), ending=Ending.FAILED,
    ),
    DemoPost(
        5, 10, KARIN, "Genomförd aktivitet", ("forstamaj",), MARCH_ALT,
        "Vi samlade in 800 namn för tryggare avspärrningar. På fredag lämnar vi över dem.",
        on=("facebook", "x"), ending=Ending.NEEDS_DECISION,
    ),
    DemoPost(
        4, 11, ALI, "Kampanj", ("farja",), FERRY_ALT,
        "Vad är det bästa med jobbet? Havet, säger alla. Det sämsta? Schemat, säger samma alla.",
    ),
    DemoPost(
        3, 14, ALI, "Annat", ("terminal",), PARCEL_ALT,
        "Min granne säljer sin båt, perfekt skick!", ending=Ending.REJECTED, reason="irrelevant",
        message="Det här är inget för Sekos kanaler. Skicka gärna en bild från terminalen i stället.",
    ),
    DemoPost(
        3, 9, KARIN, "Arbetsplatsbesök", ("mast",), "",
        "Besök hos teknikerna i Lycksele.", ending=Ending.WITHDRAWN, people="not_asked",
    ),
    DemoPost(
        2, 10, KARIN, "Arbetsplatsbesök", ("vagarbete",), ROAD_ALT,
        "Nattskiftet på E4 bjöd på kaffe och en lång lista. Högst upp: lugnare trafik förbi bygget.",
        people="all_said_yes", on=("facebook", "x"),
    ),
    DemoPost(
        1, 12, ALI, "Kommande aktivitet", ("farja",), FERRY_ALT,
        "På tisdag träffar vi besättningarna på Hönöleden. Har du en fråga att skicka med?",
    ),
    DemoPost(
        1, 15, KARIN, "Arbetsplatsbesök", ("bangard",), "",
        "Bra möte på bangården.", ending=Ending.CHANGES, people="all_said_yes",
        message="Vad pratade ni om? Två meningar till, så blir det jättebra. Har alla på bilden sagt ja?",
        reason="tell_more",
    ),
    DemoPost(
        0, 7, ALI, "Nytt material", ("terminal",), PARCEL_ALT,
        "Affischen om lyft finns nu på sex språk. Häng upp den där ni packar.",
        ending=Ending.BY_HAND, on=("by_hand",),
    ),
    DemoPost(
        0, 5, ALI, "Arbetsplatsbesök", ("terminal",), "",
        "Paketen blir fler, men inte händerna. I natt gick 210 000 paket genom Årsta. Vi frågade nattskiftet vad "
        "som behövs, och svaret var enkelt: fler kollegor och golv som inte är av betong.",
        ending=Ending.IN_REVIEW, people="not_asked",
    ),
    DemoPost(
        0, 6, KARIN, "Debatt", ("vagarbete",), "",
        "Nattarbete på E4: kör lugnt. I natt lägger vi om asfalten mellan Gävle och Söderhamn. Sänk farten, "
        "det är våra kollegor som står där.", ending=Ending.IN_REVIEW, is_urgent=True,
    ),
    DemoPost(
        0, 7, KARIN, "Arbetsplatsbesök", ("bangard", "mast"), YARD_ALT,
        "Klockan fem i morse stod vi på bangården i Umeå med nattskiftet. Sex timmar i snöblandat regn, och det de "
        "helst ville prata om var schemat. De vill veta sina tider tidigare än tio dagar i förväg. Det tar vi med "
        "oss till förhandlingen i maj.", ending=Ending.IN_REVIEW, people="all_said_yes",
    ),
    DemoPost(
        0, 8, ALI, "Arbetsplatsbesök", ("farja",), "",
        "En dag på gula färjan.", ending=Ending.IN_REVIEW,
    ),
    DemoPost(
        0, 8, KARIN, "Arbetsplatsbesök", ("mast",), "", "Utsikten från masten i", ending=Ending.DRAFT, people="",
    ),
)  # fmt: skip

AHEAD = (
    DemoPost(
        2, 16, KARIN, "Kommande aktivitet", ("forstamaj",), MARCH_ALT,
        "Vi ses på årsmötet. Kom tidigt, så hinner vi med kaffet före klubban.",
        on=("facebook", "x"), ending=Ending.PLANNED, days_ahead=2,
    ),
    DemoPost(
        3, 11, ALI, "Arbetsplatsbesök", ("terminal",), PARCEL_ALT,
        "Ny på terminalen: första veckan lärde sig Mira att räkna i pallar.",
        people="all_said_yes", ending=Ending.PLANNED, days_ahead=4,
    ),
    DemoPost(
        6, 10, KARIN, "Arbetsplatsbesök", ("mast",), MAST_ALT,
        "Utsikt från jobbet: så ser Västerbotten ut från 60 meter.", ending=Ending.RESERVE,
    ),
    DemoPost(
        5, 14, ALI, "Arbetsplatsbesök", ("farja",), FERRY_ALT,
        "Dubbla turer när ön har marknad. Besättningen på Hönöleden visar hur det går till.",
        on=("facebook", "x"), ending=Ending.RESERVE, days_ahead=9,
    ),
    DemoPost(
        4, 15, KARIN, "Arbetsplatsbesök", ("bangard",), YARD_ALT,
        "Vad gör en växlare en vanlig dag? Mer än du tror.",
        people="all_said_yes", on=("facebook", "x"), ending=Ending.RESERVE,
    ),
)  # fmt: skip
"""What is approved and has not come out yet: the days to come, and the reserve."""


@dataclass(frozen=True)
class DemoEvent:
    """Days are counted from today."""

    owner: str
    title: str
    kind: str
    day: int
    days: int = 1
    place: str = ""
    is_shared: bool = False


EVENTS = (
    DemoEvent(KARIN, "Besök hos teknikerna i Vännäs", "visit", -1, place="Vännäs"),
    DemoEvent(KARIN, "Årsmöte i Umeå", "congress", 2, place="Folkets hus"),
    DemoEvent(SARA, "Besök hos kriminalvårdare", "visit", 0),
    DemoEvent(ANNA, "Hem i kväll", "campaign", -3, days=14, is_shared=True),
)
"""What one expects posts about; with the days to come, so that the first pages of tests are their own."""
WATCHES = ((ANNA, JOHAN), (JOHAN, ANNA))
"""Who has it and who stands in, a week each, from the one that has begun."""

"""
The soak: many posts on three platforms, while the platforms misbehave and workers are killed all the time. At the end
every publication is looked up in the platforms' own ledger: none lost, none doubled, each as it was approved, and
what is not published has a cause that we made ourselves. All chance comes from one seed, which is printed.
"""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
import redis

from seko_social.processes import ROOT
from tests.harness.site import SECOND_WORKER, Site, TwoWorkers

WORKERS = ("worker", SECOND_WORKER)


def query(site: Site, statement: str) -> list[tuple[Any, ...]]:
    """What a database says that is not the worker's to ask."""
    with closing(psycopg2.connect(site.env["DATABASE_URL"], application_name="onlooker")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


# --- how platforms misbehave ------------------------------------------------------------------------------------


On = dict[str, tuple[str, ...]]
"""Calls by platform; the more often one is named, the more often it is hit."""
COMMITS: On = {
    "facebook": ("feed",) * 9 + ("video_finish",),
    "x": ("post",) * 9,
    "youtube": ("videos_update",),
}
STAGES: On = {
    "facebook": ("photo", "photo", "video_start", "video_transfer"),
    "x": ("media_initialize", "media_append", "media_finalize", "media_metadata"),
    "youtube": ("open_session", "put_chunk", "videos_list"),
}
LISTS: On = {"facebook": ("published_posts",), "x": ("timeline",), "youtube": ("videos_list",)}
TEXTS: On = {"facebook": ("feed",), "x": ("post",)}
TWEETS: On = {"x": ("post",)}


@dataclass(frozen=True)
class Fault:
    name: str
    on: On
    often: int
    about: dict[str, Any] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    """What it is called in the attempts and the log."""
    ends: str = ""
    """The status in which it may leave a publication, if not published."""
    is_slow: bool = False
    """Only minutes prove that nothing came out."""


def codes(*names: str) -> frozenset[str]:
    return frozenset(names)


FAULTS = (
    Fault("reset_after", COMMITS, 6, codes=codes("broken_off")),
    Fault("truncated", COMMITS, 6, codes=codes("broken_off", "unreadable")),
    Fault("error_after", COMMITS, 6, {"status": 502}, codes("platform_down")),
    Fault("delay_after", COMMITS, 14, {"seconds": 4}, codes("no_answer")),
    Fault("reset_before", STAGES, 3, codes=codes("broken_off")),
    Fault("error_before", STAGES, 3, {"status": 503}, codes("platform_down")),
    Fault("delay_before", STAGES, 3, {"seconds": 3}, codes("no_answer")),
    Fault("lag", LISTS, 3, {"seconds": 5}),
    Fault("rate_limited", TWEETS, 1, {"seconds": 5}, codes("too_many_calls")),
    Fault("refuse", TEXTS, 1, codes=codes("against_rules", "refused", "text_refused"), ends="failed"),
    Fault("reset_before", COMMITS, 4, codes=codes("broken_off"), is_slow=True),
    Fault("error_before", COMMITS, 4, {"status": 500}, codes("platform_down"), is_slow=True),
    Fault("delay_before", COMMITS, 4, {"seconds": 3}, codes("no_answer"), is_slow=True),
    Fault("duplicate", TEXTS, 1, codes=codes("duplicate"), ends="needs_decision", is_slow=True),
)


# --- what is done to our own machines ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Blow:
    name: str
    often: int
    codes: frozenset[str] = codes("worker_lost")
    is_slow: bool = False


BLOWS = (
    Blow("worker killed", 12),
    Blow("films killed", 2),
    Blow("clock killed", 1, frozenset()),
    Blow("broker emptied", 1, frozenset()),
    Blow("database connections cut", 1),
    Blow("worker stopped past its lease", 2, codes("worker_lost", "too_late"), is_slow=True),
    Blow("platforms down", 1, codes("connect", "broken_off"), is_slow=True),
)


@dataclass(frozen=True)
class Plan:
    seed: int
    posts: int
    seconds: float
    """How long posts come and things break."""
    patience: float
    """How long after that everything has come to rest."""
    lease: int
    is_slow: bool
    """Whether there is time for what takes minutes."""
    every: float = 3
    """Seconds between two blows, on the average."""

    @property
    def faults(self) -> list[Fault]:
        return [fault for fault in FAULTS if self.is_slow or not fault.is_slow]

    @property
    def blows(self) -> list[Blow]:
        return [blow for blow in BLOWS if self.is_slow or not blow.is_slow]


# --- the run ----------------------------------------------------------------------------------------------------


class Soak:
    def __init__(self, site: TwoWorkers, plan: Plan) -> None:
        self.site, self.plan = site, plan
        self.chance = random.Random(plan.seed)
        self.done: Counter[str] = Counter()
        self.planted: Counter[tuple[str, str, str]] = Counter()
        self.born = dict.fromkeys(WORKERS, 0.0)
        self.stopped: dict[str, float] = {}

    def run(self) -> "Verdict":
        self.site.sandbox.take_repeats()
        with self.posts_coming() as feeder:
            ends = time.monotonic() + self.plan.seconds
            while time.monotonic() < ends or feeder.poll() is None:
                self.misbehave()
                time.sleep(self.chance.uniform(0.5, 1.5) * self.plan.every)
                self.strike()
        self.make_well()
        self.wait_for_rest()
        return self.verdict()

    @contextmanager
    def posts_coming(self) -> Iterator[subprocess.Popen[bytes]]:
        """The desk is another machine: nothing is done to its connections."""
        plan = self.plan
        order = ["approve", str(plan.posts), str(plan.seconds * 0.9), str(plan.seed)]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.harness.many_posts", *order],
            cwd=ROOT,
            env=self.site.env | {"PGAPPNAME": "desk"},
        ) as feeder:
            yield feeder
        if feeder.returncode:
            raise RuntimeError(f"the posts stopped coming: {feeder.returncode}")

    # --- breaking things

    def misbehave(self) -> None:
        """As many rules as make a fair part of the publications meet with one."""
        wanted = self.plan.posts / self.plan.seconds * self.plan.every * 0.4
        for _ in range(max(1, round(wanted))):
            [fault] = self.chance.choices(self.plan.faults, [fault.often for fault in self.plan.faults])
            platform = self.chance.choice(list(fault.on))
            call = self.chance.choice(fault.on[platform])
            self.site.sandbox.faults({"platform": platform, "call": call, "fault": fault.name, **fault.about})
            self.planted[platform, call, fault.name] += 1

    def strike(self) -> None:
        self.wake_sleepers()
        [blow] = self.chance.choices(self.plan.blows, [blow.often for blow in self.plan.blows])
        ACTS[blow.name](self)
        self.done[blow.name] += 1

    def restart(self, name: str) -> None:
        self.site.kill(name)
        self.site.start(name)
        self.born[name] = time.monotonic()

    def kill_worker(self) -> None:
        """The older one: a start takes seconds, and whoever only starts and dies never has a call in flight."""
        self.restart(min((name for name in WORKERS if name not in self.stopped), key=self.born.__getitem__))

    def stop_worker(self) -> None:
        """As when a machine is frozen and thawed. The other one goes on."""
        if not self.stopped:
            name = self.chance.choice(WORKERS)
            self.site.running[name].send(signal.SIGSTOP)
            self.stopped[name] = time.monotonic() + self.plan.lease * 2

    def wake_sleepers(self, *, all_of_them: bool = False) -> None:
        for name, until in list(self.stopped.items()):
            if all_of_them or time.monotonic() > until:
                self.site.running[name].send(signal.SIGCONT)
                del self.stopped[name]

    def empty_broker(self) -> None:
        redis.Redis.from_url(self.site.env["REDIS_URL"].replace("redis+socket", "unix")).flushall()

    def cut_database(self) -> None:
        query(
            self.site,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = '' AND pid <> pg_backend_pid()",
        )

    def restart_platforms(self) -> None:
        self.site.sandbox.kill()
        time.sleep(2)
        self.site.sandbox.start()

    # --- coming to rest

    def make_well(self) -> None:
        """Nothing new breaks. What was planted and never met with did nothing."""
        self.wake_sleepers(all_of_them=True)
        for rule in self.site.sandbox.waiting_faults():
            self.planted[rule["platform"], rule["call"], rule["fault"]] -= 1
        self.site.sandbox.clear_faults()

    def wait_for_rest(self) -> None:
        deadline = time.monotonic() + self.plan.patience
        while (restless := self.restless()) and time.monotonic() < deadline:
            time.sleep(1)
        if restless:
            sys.stdout.write(f"not at rest after {self.plan.patience} s: {restless}\n{self.site.logs()}\n")

    def restless(self) -> list[tuple[Any, ...]]:
        return query(
            self.site,
            "SELECT id, status, fence, not_before, trouble FROM posts_publication WHERE status NOT IN "
            "('published', 'failed', 'needs_decision') OR status = 'published' AND announced_at IS NULL",
        )

    # --- judging

    def verdict(self) -> "Verdict":
        told = json.loads(self.site.python("-m", "tests.harness.many_posts", "tell"))
        public = self.site.sandbox.ledger(effect="public")
        return Verdict(told, public, self.planted, self.done)


ACTS: dict[str, Callable[[Soak], None]] = {
    "worker killed": Soak.kill_worker,
    "films killed": lambda soak: soak.restart("films"),
    "clock killed": lambda soak: soak.restart("clock"),
    "broker emptied": Soak.empty_broker,
    "database connections cut": Soak.cut_database,
    "worker stopped past its lease": Soak.stop_worker,
    "platforms down": Soak.restart_platforms,
}


@dataclass
class Verdict:
    told: list[dict[str, Any]]
    """What we believe of each publication."""
    public: list[dict[str, Any]]
    """What the platforms know: the calls that made something public."""
    planted: Counter[tuple[str, str, str]]
    """The faults that were met with, by platform, call and name."""
    done: Counter[str]

    def __post_init__(self) -> None:
        self.lines: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for line in self.public:
            self.lines.setdefault((line["platform"], line["text"].partition(":")[0]), []).append(line)

    def lines_of(self, publication: dict[str, Any]) -> list[dict[str, Any]]:
        return self.lines.get((publication["platform"], publication["number"]), [])

    @property
    def posts(self) -> int:
        return len({publication["number"] for publication in self.told})

    @property
    def lost(self) -> list[dict[str, Any]]:
        """We say that it is out, and the platform has nothing."""
        return [each for each in self.told if each["status"] == "published" and not self.lines_of(each)]

    @property
    def doubled(self) -> list[dict[str, Any]]:
        return [each for each in self.told if len(self.lines_of(each)) > 1]

    @property
    def changed(self) -> list[dict[str, Any]]:
        """It is out with other media than those that were approved, or under another id than we know."""
        return [each for each in self.told if any(differs(each, line) for line in self.lines_of(each))]

    @property
    def unexplained(self) -> list[dict[str, Any]]:
        """It has not come to a good end, or met with something, and nothing that we did explains that."""
        known = {code for fault in self.met for code in fault.codes}
        known |= {code for blow in BLOWS if self.done[blow.name] for code in blow.codes}
        bad = [each for each in self.told if not codes_of(each) <= known or not self.may_end_so(each)]
        return bad + [each for each in self.told if each["status"] in self.too_many]

    @property
    def met(self) -> list[Fault]:
        names = {name for (_, _, name), count in self.planted.items() if count}
        return [fault for fault in FAULTS if fault.name in names]

    def may_end_so(self, publication: dict[str, Any]) -> bool:
        """Out; or not, by a fault that leaves nothing public."""
        if publication["status"] == "published":
            return True
        endings = {fault.ends for fault in self.met if publication["platform"] in fault.on}
        return publication["status"] in endings - {""} and not self.lines_of(publication)

    @property
    def too_many(self) -> set[str]:
        """Each fault ends one publication at most."""
        ended = Counter(each["status"] for each in self.told)
        allowed: Counter[str] = Counter()
        for (_, _, name), count in self.planted.items():
            for ending in {fault.ends for fault in FAULTS if fault.name == name and fault.ends}:
                allowed[ending] += count
        return {
            status for status, count in ended.items() if status != "published" and count > allowed[status]
        }

    def table(self) -> str:
        rows = Counter((each["platform"], each["status"], cause_of(each)) for each in self.told)
        lines = [f"{'platform':10} {'status':15} {'count':>6}  cause"]
        lines += [
            f"{platform:10} {status:15} {count:6}  {cause}"
            for (platform, status, cause), count in sorted(rows.items())
        ]
        faults: Counter[str] = Counter()
        for (platform, _, name), count in self.planted.items():
            faults[f"{platform} {name}"] += count
        met = ", ".join(f"{name} {count}" for name, count in sorted(faults.items()) if count)
        blows = ", ".join(f"{name} {count}" for name, count in sorted(self.done.items()))
        sums = (
            f"{self.posts} posts, {len(self.told)} publications: {len(self.lost)} lost, {len(self.doubled)} doubled, "
            f"{len(self.changed)} not as approved, {len(self.unexplained)} unexplained"
        )
        return "\n".join([*lines, f"faults met: {met}", f"done to us: {blows}", sums])


def differs(publication: dict[str, Any], line: dict[str, Any]) -> bool:
    is_ours = publication["status"] != "published" or publication["remote_id"] in line["ids"].values()
    return not is_ours or sorted(line["media"]) != publication["media"]


def codes_of(publication: dict[str, Any]) -> set[str]:
    codes = {code for outcome, code in publication["attempts"] if outcome != "not_ready"}
    return (codes | {*publication["doubts"], publication["trouble"]}) - {""}


def cause_of(publication: dict[str, Any]) -> str:
    """Why it went as it went."""
    if codes := codes_of(publication):
        return f"after {', '.join(sorted(codes))}"
    if publication["claims"] == 1:
        return "at the first try"
    return "in more than one turn"

"""The whole site and a real browser, for the stories."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.harness.browser import chromium, end_of_watch, take_pictures
from tests.harness.site import Site

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the demo organisation, shared by the stories: each works on posts of its own."""
    with Site(tmp_path_factory.mktemp("site") / "var") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module only: while Playwright runs, Django refuses to touch the database in this thread."""
    with chromium() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_trouble(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if request.node.stash.get(FAILED, False):
        request.node.add_report_section(
            "call", "pictures", "\n".join(map(str, take_pictures(request.node.name)))
        )
    trouble = end_of_watch()
    assert trouble == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
        if running := getattr(item, "funcargs", {}).get("site"):
            report.sections.append(("what the site said", running.logs()))
    return report

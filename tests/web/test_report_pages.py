"""What the office does with reports on pages: finds them, reads them beside the last ones, accepts, sends back."""

import hashlib
from datetime import timedelta

import pytest

from domain.awards.reporting_commands import AgreeMeasures
from domain.kernel import Role
from domain.periods import Period, day_in_words
from domain.reports.events import ReportAccepted, ReportCorrected, ReportSentBack, ReportSubmitted
from projections.reporting import what_is_asked
from projections.reports import ReportRow
from services.web.reporting_page_gathered import gathered
from services.web.reporting_page_lists import ReportFilter, report_register
from services.web.routes import owed, reports
from tests.scenes import PROVIDER, awarded, reported, reporting
from tests.web.browser import Page
from tests.web.conftest import AFTERWARDS, Demonstrated, SignInAs, queries_counted
from tests.web.test_owed import Hand

BASE = "/reports/seen-1/2017-18-h2"


@pytest.fixture(scope="module", autouse=True)
def reported_on(demonstration: Demonstrated) -> None:
    """Two awards that reported twice on few measures."""
    demonstration.mount(owed, reports)
    demonstration.do(PROVIDER)
    for award in ("seen-1", "seen-2"):
        agreed = AgreeMeasures(award=award, measures=("referrals", "continuing", "spend"), outcomes=("cope",))
        demonstration.do(*awarded(award, 10), agreed, reporting(award))
        demonstration.do(reported(award, "2017-18-h1", referrals=20, continuing=5, cope=(5, 7, 9)))
        demonstration.do(reported(award, "2017-18-h2", referrals=90, continuing=5, cope=(5, 7, 9)))


@pytest.fixture(scope="module")
def manager(signed_in_as: SignInAs, reported_on: None) -> Hand:
    return Hand(signed_in_as(Role.CONTRACT_MANAGER))


def test_reports_are_listed_with_filters_a_page_at_a_time(manager: Hand) -> None:
    listed = [str(each.get("href")) for each in manager.see("/reports").all("a")]
    assert BASE in listed
    assert "/reports/MOJ-2017-01/2017-18-h1" not in listed  # accepted: nothing to review
    accepted = [str(each.get("href")) for each in manager.see("/reports?standing=accepted&award=MOJ-2017-01").all("a")]
    assert [link for link in accepted if link.startswith("/reports/MOJ")] == [
        "/reports/MOJ-2017-01/2017-18-h2",
        "/reports/MOJ-2017-01/2017-18-h1",
    ]
    assert "No report fits" in manager.see("/reports?standing=sent-back&provider=embrace").text
    wrong = manager.see("/reports?standing=&period=nonsense")
    assert "That is not a period" in wrong.text
    assert BASE not in [
        each.get("href") for each in manager.see("/reports?standing=to-review&period=2017-18-h1").all("a")
    ]
    assert manager.client.get("/reports?after=nonsense").status_code == 404
    assert "No report fits" in manager.see("/reports?standing=&as-at=2016-01-01").text


def test_the_list_goes_on_where_its_page_ended(demonstration: Demonstrated) -> None:
    with demonstration.office.reading() as views:
        for standing in ("", "to-review"):
            wanted = ReportFilter(standing)
            whole = [row["report"] for row in report_register(views, wanted).table.records()]
            found: list[str] = []
            page = report_register(views, wanted, limit=3)
            while True:
                assert page.count == len(whole)
                found += [row["report"] for row in page.table.records()]
                if page.after is None:
                    break
                page = report_register(views, wanted, limit=3, after=page.after)
            assert found == whole
    assert len(whole) == 4


def test_a_report_is_read_beside_the_last_one_with_its_checks_and_its_reminders(manager: Hand) -> None:
    page = manager.see(BASE)
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in page.all("tr")]
    assert ["Referrals received", "referrals", "20", "90", "+70"] in rows
    assert "Referrals received: 20 last time, 90 now" in page.text
    assert "not supplied" in page.text
    assert "No reminder was sent about this report." in page.text
    assert "The report came in" in page.text
    version = manager.see(f"{BASE}/versions/1")
    assert "90" in version.text
    assert manager.client.get(f"{BASE}/versions/2").status_code == 404
    assert manager.client.get(f"{BASE}/versions/1/file").status_code == 404


def test_the_workbook_is_downloaded_as_it_was_received(demonstration: Demonstrated, manager: Hand) -> None:
    base = "/reports/MOJ-2017-05/2017-18-h1"
    link = next(str(a.get("href")) for a in manager.see(base).all("a") if str(a.get("href")).endswith("/file"))
    answer = manager.client.get(link)
    *_earlier, last = [
        recorded.event.content.file
        for recorded in demonstration.office.log.stream("report-MOJ-2017-05.2017-18-h1")
        if isinstance(recorded.event, ReportSubmitted | ReportCorrected)
    ]
    assert last is not None
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert hashlib.sha256(answer.content).hexdigest() == last.sha256


def test_what_was_known_on_a_past_day_is_shown_without_buttons(manager: Hand) -> None:
    then = manager.see("/reports/MOJ-2017-05/2017-18-h1?as-at=2017-11-05")
    assert "This is what was known at the end of 5 November 2017." in then.text
    assert "Accept the report" not in then.text
    assert manager.client.get(f"{BASE}?as-at=2017-11-05").status_code == 404


def test_a_report_is_sent_back_section_by_section_once(demonstration: Demonstrated, manager: Hand) -> None:
    path = f"{BASE}/send-back"
    by = AFTERWARDS.date() + timedelta(days=30)
    day = {"day": str(by.day), "month": str(by.month), "year": str(by.year)}
    empty = manager.send(path)
    assert empty.status_code == 422
    assert "Write at least one reason" in empty.text
    personal = manager.send(path, {"reason-demand": "Ring 01223 456789.", **day})
    assert personal.status_code == 422
    past = manager.send(path, {"reason-demand": "Too many."}, day="1", month="12", year="2017")
    assert past.status_code == 422
    assert "must not be in the past" in past.text
    assert "Too many." in past.text  # what was typed is kept
    said = {"reason-demand": "Too many.", "reason-whole": "See it again.", **day}
    form = {name: value for name, value in manager.see(path).sends() if value} | said
    assert manager.client.post(path, data=form).headers["location"] == f"{BASE}?done=send-back-report"
    assert manager.client.post(path, data=form).headers["location"] == f"{BASE}?same=send-back-report"
    stream = demonstration.office.log.stream("report-seen-1.2017-18-h2")
    back = [r.event for r in stream if isinstance(r.event, ReportSentBack)]
    assert back == [
        ReportSentBack(reasons=("See it again.", "Demand: Too many."), correct_by=by),
    ]
    page = manager.see(BASE)
    assert "Why it was sent back" in page.text
    headings = ["".join(each.itertext()) for each in page.all("h3")]
    assert headings.index("The report as a whole") < headings.index("Demand")
    assert day_in_words(by) in page.text
    assert "/obligations/seen-1/outcome-report/2017-18-h2/do/move-obligation" in [a.get("href") for a in page.all("a")]
    assert "ahead" in page.text  # the reminders to come
    assert "Accept the report" not in page.text
    stale = manager.client.post(path, data={**form, "reason-demand": "Far too many."})
    assert stale.status_code == 412
    meanwhile = Page(stale.text)
    assert "What happened meanwhile It was sent back by Made up for a test" in " ".join(meanwhile.text.split())
    assert "Far too many." in meanwhile.text
    assert dict(meanwhile.sends())["seen"] == str(len(stream))


def test_a_report_is_accepted_as_it_was_seen(demonstration: Demonstrated, manager: Hand) -> None:
    base = "/reports/seen-2/2017-18-h2"
    form = dict(manager.see(base).sends())
    stale = manager.client.post(f"{base}/accept", data={**form, "seen": "7"})
    assert stale.status_code == 412
    Page(stale.text)
    assert manager.client.post(f"{base}/accept", data={**form, "csrf_token": "x" * 64}).status_code == 403
    assert manager.client.post(f"{base}/accept", data=form).headers["location"] == f"{base}?done=accept-report"
    assert manager.client.post(f"{base}/accept", data=form).headers["location"] == f"{base}?same=accept-report"
    events = [recorded.event for recorded in demonstration.office.log.stream("report-seen-2.2017-18-h2")]
    assert [event for event in events if isinstance(event, ReportAccepted)] == [ReportAccepted(version=1)]
    assert "Accept the report" not in manager.see(base).text


def test_who_reads_reports_and_who_reviews_them(demonstration: Demonstrated, signed_in_as: SignInAs) -> None:
    elsewhere = signed_in_as(Role.CONTRACT_MANAGER, awards=("MOJ-2017-01",))
    auditor, provider = signed_in_as(Role.AUDITOR), signed_in_as(Role.PROVIDER, provider="embrace", certifies=True)
    assert "seen-1" not in elsewhere.get("/reports?standing=").text
    pages = [BASE, f"{BASE}/versions/1", f"{BASE}/send-back"]
    for path in pages:
        assert elsewhere.get(path).status_code == 404, path
        assert provider.get(path).status_code == 403, path
    assert (
        elsewhere.post(f"{BASE}/accept", data={"csrf_token": demonstration.csrf(elsewhere), "seen": "2"}).status_code
        == 404
    )
    read = auditor.get(BASE)
    assert read.status_code == 200
    assert "Accept the report" not in read.text
    assert auditor.get(f"{BASE}/send-back").status_code == 403
    assert (
        auditor.post(f"{BASE}/accept", data={"csrf_token": demonstration.csrf(auditor), "seen": "2"}).status_code == 403
    )


def test_what_is_gathered_for_a_page_is_what_the_workbook_is_made_from(demonstration: Demonstrated) -> None:
    with demonstration.office.reading() as views:
        found = views.rows(ReportRow)
        for row in found:
            for period in (Period(row.starts_on, row.ends_on), Period.parse("2018-19-h1")):
                own = what_is_asked(gathered(views, row.award, period), row.award, period)
                assert own == what_is_asked(views, row.award, period), row.report
    assert len(found) > 20


def test_every_page_of_reports_makes_at_most_twelve_queries(manager: Hand) -> None:
    manager.see("/reports")  # so that what is new is folded
    for path in ("/reports", "/reports?standing=&provider=embrace", BASE, f"{BASE}/versions/1", f"{BASE}/send-back"):
        with queries_counted() as statements:
            manager.see(path)
        asked = [each for each in statements if each != "BEGIN"]
        assert len(asked) <= 12, (path, len(asked), asked)

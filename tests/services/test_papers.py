"""The five papers as awards sheets, what they state beside, and what is made up: sums, defects, and that they load."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from domain import money
from domain.awards.commands import ApproveAward, RegisterAward
from domain.awards.events import Route
from domain.awards.reporting_commands import AgreeMeasures
from domain.catalogue import COMMANDS
from domain.errors import NotFound, Refusal
from domain.funds.commands import HoldEarmark, ReceiveAllocation, SetTolerance, StateTotal
from domain.funds.events import EarmarkKind
from domain.funds.fund import Fund
from domain.kernel import LONDON, Aggregate, Command, Event, Occasion
from domain.monitoring.obligation import Obligation, ObligationStatus
from domain.periods import Period
from domain.providers.commands import RegisterProvider
from domain.providers.events import Kind
from domain.reports.commands import CorrectReport, SubmitReport
from domain.reports.events import Figures
from domain.reports.form import owed_of
from domain.reports.measures import framework_for
from domain.reports.report import Report, ReportStatus
from services import imports
from services.demo import Workbook, workbooks
from services.imports.awards_sheet import Known, KnownAward, Plan, read_awards_sheet
from tests.story import giver

PAPERS = Path(imports.__file__).parent.parent / "papers"
STATED, MADE_UP, YEAR = (
    PAPERS / f"{name}.json" for name in ("turns-of-the-papers", "turns-made-up", "reports-2017-18")
)


@cache
def plan(day: str) -> Plan:
    """The plan of the paper of that day, for an office that holds nothing."""
    (path,) = PAPERS.glob(f"{day}-*.csv")
    return read_awards_sheet(path.read_bytes(), path.name, Known())


def all_days() -> list[str]:
    """The days of the papers, in order."""
    return sorted(path.name[:10] for path in PAPERS.glob("*.csv"))


def notes(day: str) -> str:
    """Every note of a paper, a line each."""
    return "\n".join(str(note) for note in plan(day).notes)


def shares(day: str, fund: str) -> dict[str, int | None]:
    """Pence by award of what a fund puts in, by a paper."""
    return {
        command.award: share.amount_pence
        for command in plan(day).commands
        if isinstance(command, ApproveAward)
        for share in command.shares
        if share.fund == fund
    }


def registered(day: str) -> dict[str, RegisterAward]:
    """The awards that a paper registers."""
    return {command.award: command for command in plan(day).commands if isinstance(command, RegisterAward)}


def of_provider(day: str, provider: str) -> dict[str, int | None]:
    """Pence by award of what a provider is awarded by a paper."""
    awards = {reference for reference, award in registered(day).items() if award.provider == provider}
    totals = {
        c.award: money.add(s.amount_pence for s in c.shares) for c in plan(day).commands if isinstance(c, ApproveAward)
    }
    return {award: pence for award, pence in totals.items() if award in awards}


class Ledger:
    """A log in memory, with which orders are obeyed as in the office: all that go together, or none."""

    def __init__(self) -> None:
        self.events: dict[str, list[Event]] = {}

    def state(self, command: Command[Any]) -> Aggregate:
        """What is known of the thing that the order is for."""
        return type(command).aggregate().after(self.events.get(command.stream, []))

    def do(self, command: Command[Any], at: datetime) -> int:
        """Obeys the order and those that go with it. Returns how many events followed."""
        if command.stream not in self.events and not command.starts:
            raise NotFound(command.stream)
        state, occasion = self.state(command), Occasion(at, giver(command))
        events = list(command.decide(state, occasion))
        followers = list(command.together_with(state, occasion))
        if events:
            self.events.setdefault(command.stream, []).extend(events)
        return len(events) + sum(self.do(follower, at) for follower in followers)


def everything_known() -> Known:
    """What the office holds once every paper is loaded."""
    commands = [command for day in all_days() for command in plan(day).commands]
    awards = {c.award: c for c in commands if isinstance(c, RegisterAward)}
    by_award = {
        c.award: frozenset((share.fund, share.year) for share in c.shares)
        for c in commands
        if isinstance(c, ApproveAward)
    }
    return Known(
        awards={award: KnownAward(c.service, c.provider, by_award[award]) for award, c in awards.items()},
        funds={(c.fund, c.year) for c in commands if isinstance(c, ReceiveAllocation)},
        providers={c.provider: c.title for c in commands if isinstance(c, RegisterProvider)},
    )


def moment(day: str) -> datetime:
    """When the paper of that day is loaded: at noon in London."""
    return datetime.combine(date.fromisoformat(day), time(12), LONDON)


def workbooks_of_the_year() -> list[Workbook]:
    """What providers fill in about 2017/18."""
    return [each for each in workbooks() if each.award.startswith("MOJ-")]


def told(path: Path) -> list[dict[str, Any]]:
    """The orders of a file, as written down."""
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def year_of_reports() -> list[dict[str, Any]]:
    """The made-up year, as written down."""
    return told(YEAR)


def commands_of(path: Path) -> Iterator[tuple[datetime, Command[Any]]]:
    """Each order of a file with its moment."""
    for entry in told(path):
        yield datetime.fromisoformat(entry["at"]), COMMANDS[entry["command"]].model_validate(entry["fields"])


def reports_of_the_year() -> Iterator[tuple[datetime, SubmitReport | CorrectReport]]:
    """Each workbook of the made-up year, as the order that records it, with its moment."""
    for each in workbooks_of_the_year():
        fields = {name: getattr(each.content, name) for name in Figures.model_fields}
        fields |= {"award": each.award, "period": each.period, "received_on": each.received_on}
        yield each.at, CorrectReport(**fields, reason=each.reason) if each.reason else SubmitReport(**fields)


def commands_of_the_year() -> list[tuple[datetime, Command[Any]]]:
    """Each order of the made-up year with its moment."""
    return sorted([*commands_of(YEAR), *reports_of_the_year()], key=lambda order: order[0])


@cache
def loaded() -> Ledger:
    """A log with all the papers, and with their turns and the made-up year in their places among them."""
    orders = [(moment(day), command) for day in all_days() for command in plan(day).commands]
    for path in (STATED, MADE_UP):
        orders += commands_of(path)
    orders += commands_of_the_year()
    ledger = Ledger()
    for at, command in sorted(orders, key=lambda order: order[0]):
        ledger.do(command, at)
    return ledger


def fund(name: str) -> Fund:
    """What is known of a fund (``moj-victims-2017-18``) once everything is loaded."""
    return Fund().after(loaded().events[f"fund-{name}"])


class TestEveryPaper:
    def test_there_are_five_and_they_load_in_the_order_of_their_days(self) -> None:
        assert all_days() == ["2014-02-27", "2017-05-09", "2017-05-11", "2018-09-13", "2023-07-01"]

    @pytest.mark.parametrize("day", all_days())
    def test_it_has_no_fault(self, day: str) -> None:
        assert [str(fault) for fault in plan(day).faults] == []
        assert plan(day).commands

    @pytest.mark.parametrize("day", all_days())
    def test_every_award_says_where_it_comes_from(self, day: str) -> None:
        for award in registered(day).values():
            assert any(remark.startswith("Source: ") for remark in award.remarks)

    def test_a_provider_is_said_in_the_same_way_in_every_paper(self) -> None:
        said: dict[str, RegisterProvider] = {}
        for day in all_days():
            for command in plan(day).commands:
                if isinstance(command, RegisterProvider):
                    assert said.setdefault(command.provider, command) == command

    def test_loading_all_of_them_again_records_nothing(self) -> None:
        for day in all_days():
            (path,) = PAPERS.glob(f"{day}-*.csv")
            again = read_awards_sheet(path.read_bytes(), path.name, everything_known())
            assert again.faults == []
            ledger = Ledger()
            for command in [command for earlier in all_days() for command in plan(earlier).commands]:
                ledger.do(command, moment(day))
            assert sum(ledger.do(command, moment(day)) for command in again.commands) == 0


class TestSums:
    def test_ten_awards_of_victims_services_take_961_260_pounds_of_a_printed_million(self) -> None:
        awards = shares("2017-05-11", "moj-victims")
        assert list(awards) == [f"MOJ-2017-{number:02}" for number in range(1, 11)]
        assert money.add(awards.values()) == 96_126_000
        (allocation,) = fund("moj-victims-2017-18").allocations.values()
        assert (allocation.amount_pence, allocation.printed, allocation.exact) == (100_000_000, "£1m", False)
        assert fund("moj-victims-2017-18").return_to == "moj"

    def test_grants_of_crime_and_disorder_reduction_reconcile_but_for_the_missing_amount(self) -> None:
        awards = shares("2017-05-11", "crime-and-disorder-reduction")
        known = [pence for pence in awards.values() if pence is not None]
        assert (len(awards), len(known), sum(known)) == (24, 23, 129_724_800)
        assert awards["CDR-2017-06"] is None
        known_of = fund("crime-and-disorder-reduction-2017-18")
        assert [(e.kind, e.amount_pence) for e in known_of.earmarks.values()] == [(EarmarkKind.RESERVE, 1_500_000)]
        (stated,) = known_of.stated_totals.values()
        assert stated == 132_224_800 == sum(known) + 1_500_000 + 1_000_000
        assert known_of.commitments["CDR-2017-06"].inferred_pence == 1_000_000

    def test_capability_money_is_five_hundred_pounds_over_within_a_tolerance(self) -> None:
        awards = shares("2014-02-27", "moj-capability")
        assert (len(awards), money.add(awards.values())) == (13, 26_550_000)
        known = fund("moj-capability-2013-14")
        assert (known.received_pence, known.taken_pence, known.tolerance_pence) == (29_900_000, 29_950_000, 50_000)
        assert list(known.stated_totals.values()) == [29_950_000]
        assert known.return_to is None

    def test_without_its_tolerance_the_earmark_of_the_capability_money_is_refused(self) -> None:
        ledger = Ledger()
        orders = [command for command in plan("2014-02-27").commands if not isinstance(command, SetTolerance)]
        for command in orders[:-2]:
            ledger.do(command, moment("2014-02-27"))
        assert isinstance(orders[-2], HoldEarmark)
        with pytest.raises(Refusal, match="£500 over, with no tolerance set"):
            ledger.do(orders[-2], moment("2014-02-27"))

    def test_the_constabulary_has_587_195_pounds_over_two_streams_and_had_100_000_before(self) -> None:
        awards = of_provider("2017-05-11", "cambridgeshire-constabulary")
        assert money.add(awards.values()) == 58_719_500
        assert {award[:3] for award in awards} == {"MOJ", "CDR"}
        assert of_provider("2014-02-27", "cambridgeshire-constabulary") == {"CAP-2013-01": 10_000_000}

    def test_embrace_has_22_000_pounds_over_two_routes(self) -> None:
        awards = of_provider("2017-05-11", "embrace-child-victims-of-crime")
        assert money.add(awards.values()) == 2_200_000
        assert {registered("2017-05-11")[award].route for award in awards} == {Route.GRANT, Route.CONTRACT}

    def test_the_six_partnerships_of_2017_equal_the_pot_of_2018(self) -> None:
        awards = shares("2017-05-11", "crime-and-disorder-reduction")
        assert sum(awards[f"CDR-2017-{number}"] or 0 for number in range(15, 21)) == 15_500_000
        (pot,) = [command for command in plan("2018-09-13").commands if isinstance(command, HoldEarmark)]
        assert (pot.kind, pot.amount_pence) == (EarmarkKind.IN_DEVELOPMENT, 15_500_000)
        assert shares("2018-09-13", "crime-and-disorder-reduction") == {}

    def test_the_award_over_two_years_is_split_to_the_penny(self) -> None:
        (approved,) = (c for c in plan("2023-07-01").commands if isinstance(c, ApproveAward))
        by_year = {share.year: share.amount_pence for share in approved.shares}
        assert by_year == {"2023-24": 3_840_557, "2024-25": 5_120_743}
        assert list(by_year.values()) == money.share_out(8_961_300, [9, 12])

    def test_the_northamptonshire_award_rests_on_its_decision_and_on_money_carried_over(self) -> None:
        stated = {type(command): command for _at, command in commands_of(STATED)}
        award, approved = stated[RegisterAward], stated[ApproveAward]
        assert isinstance(award, RegisterAward)
        assert isinstance(approved, ApproveAward)
        assert (award.award, award.provider, award.decision) == ("NPT-2017-01", "aquarius", "Decision 017")
        assert (str(award.starts_on), str(award.ends_on)) == ("2017-07-01", "2018-03-31")
        assert (approved.rests_on, approved.shares[0].amount_pence) == ("017", 2_834_700)
        before, after = (fund(f"northamptonshire-commissioning-underspend-{year}") for year in ("2016-17", "2017-18"))
        assert (before.received_pence, before.left_in(None)) == (None, None)
        assert (after.received_pence, after.left_in(None), after.allocations) == (2_834_700, 0, {})

    def test_every_single_tender_has_its_ground_and_what_the_paper_does_not_say(self) -> None:
        grounds = [a.ground for a in registered("2017-05-11").values() if a.route is Route.SINGLE_TENDER]
        assert grounds == ["Technical exclusivity or continuity of supply (the paper does not say which)"] * 3


class TestDefects:
    """Each of the twelve defects of the papers is loaded as stated or reported by row."""

    def test_1_an_amount_cell_that_holds_text_is_loaded_as_not_known(self) -> None:
        assert "Row 21, Amount (N21): the amount is loaded as not known" in notes("2017-05-11")
        approved = [c for c in plan("2017-05-11").commands if isinstance(c, ApproveAward) and c.award == "CDR-2017-06"]
        assert approved[0].shares[0].printed == "Contribution to Cambridgeshire County Council's pooled budget"

    def test_2_a_provider_cell_shared_by_four_rows_is_filled_in_and_noted(self) -> None:
        boards = [registered("2017-05-11")[f"CDR-2017-{number:02}"].provider for number in (2, 3, 4, 5)]
        assert len(set(boards)) == 1
        assert notes("2017-05-11").count("The provider's cell is blank in the paper") == 3

    def test_3_two_amounts_in_one_cell_are_two_awards(self) -> None:
        assert notes("2014-02-27").count("Two amounts stand in one cell of the paper") == 2
        assert len(of_provider("2014-02-27", "cambridgeshire-county-council-research-team")) == 2

    def test_4_one_amount_for_two_purposes_is_one_award(self) -> None:
        assert "One amount with two purposes in the paper" in notes("2014-02-27")
        assert registered("2014-02-27")["CAP-2013-11"].route is Route.INTERNAL

    def test_5_one_amount_for_two_recipients_is_one_joint_award(self) -> None:
        assert "One amount with two recipients in the paper's cell" in notes("2014-02-27")
        kinds = {c.provider: c.kind for c in plan("2014-02-27").commands if isinstance(c, RegisterProvider)}
        assert kinds[registered("2014-02-27")["CAP-2013-02"].provider or ""] is Kind.JOINT

    def test_6_a_row_broken_across_a_page_is_joined_and_noted(self) -> None:
        assert "The paper's row is broken across a page" in notes("2014-02-27")
        assert registered("2014-02-27")["CAP-2013-10"].provider == "peterborough-neighbourhood-watch"

    def test_7_money_in_every_printed_form_is_read_and_its_words_are_kept(self) -> None:
        printed = {
            share.printed
            for day in all_days()
            for command in plan(day).commands
            if isinstance(command, ApproveAward)
            for share in command.shares
        }
        assert {"£213,000 from OPCC", "£20,000 (Match funded)", "£100k", "£2.5k", "£67k"} <= printed
        allocated = {c.printed for day in all_days() for c in plan(day).commands if isinstance(c, ReceiveAllocation)}
        assert {"£1m", "£1.3m", "£299k", "just short of £1.2m", None} == allocated

    def test_8_a_reserve_among_the_awards_is_an_earmark(self) -> None:
        assert "Row 40 is held back as a reserve: it is not an award" in notes("2017-05-11")
        held = [c for c in plan("2017-05-11").commands if isinstance(c, HoldEarmark)]
        assert [(c.title, c.amount_pence) for c in held] == [("Emerging Initiatives", 1_500_000)]

    def test_9_a_total_that_does_not_equal_its_rows_is_kept_beside_them(self) -> None:
        assert "The stated total does not equal its rows" in notes("2017-05-11")
        assert [c.total_pence for c in plan("2017-05-11").commands if isinstance(c, StateTotal)] == [132_224_800]

    def test_10_wrong_dates_in_the_prose_are_reported(self) -> None:
        assert notes("2017-05-11").count("A wrong date in the prose") == 2
        assert "October 2014" in notes("2014-02-27")

    def test_11_a_provider_that_describes_a_pool_is_recorded_as_a_pool_and_noted(self) -> None:
        pools = [c for c in plan("2017-05-11").commands if isinstance(c, RegisterProvider) and c.kind is Kind.POOL]
        assert len(pools) == 4
        assert "the name describes a pooled budget, not one legal body" in notes("2017-05-11")

    def test_12_bids_and_money_of_others_beside_the_awards_count_nowhere(self) -> None:
        assert notes("2018-09-13").count("is a bid, and a bid is not income: it counts nowhere") == 2
        assert notes("2017-05-11").count("is not the office's money: it counts nowhere") == 2
        everything = [c for day in all_days() for c in plan(day).commands]
        assert not any(getattr(command, "amount_pence", None) == 70_000_000 for command in everything)


class TestMadeUpYear:
    def test_every_entry_is_an_order_of_the_catalogue_and_is_obeyed_in_its_turn(self) -> None:
        assert len(commands_of_the_year()) == len(year_of_reports()) + len(workbooks_of_the_year()) > 90
        assert loaded().events

    def test_each_entry_is_later_than_the_one_before(self) -> None:
        moments = [at for at, _ in commands_of_the_year()]
        assert all(earlier < later for earlier, later in pairwise(moments))
        assert datetime(2017, 5, 12, tzinfo=UTC) < moments[0] < moments[-1] < datetime(2018, 10, 1, tzinfo=UTC)

    def test_everything_that_could_be_taken_for_true_says_that_it_is_made_up(self) -> None:
        for entry in year_of_reports():
            fields = entry["fields"]
            assert entry["command"] not in ("submit-report", "correct-report")  # these come in as workbooks
            for field in ("evidence", "reason"):
                assert fields.get(field, "(made up)").endswith("(made up)")
            assert all(reason.endswith("(made up)") for reason in fields.get("reasons", []))
            assert fields.get("payment", "made-up").startswith("made-up")
            if entry["command"] == "plan-milestone":
                assert fields["title"].endswith("(made up)")
        for each in workbooks_of_the_year():
            said = [each.narrative, *each.texts.values(), *each.explanations.values(), each.reason or "(made up)"]
            assert all(words.endswith("(made up)") for words in said)
            assert each.file_name.startswith("made-up-")
            assert each.content.made_up

    def test_every_heading_and_every_figure_that_is_owed_is_filled_in(self) -> None:
        framework = framework_for(Period.parse("2017-18-h1"))
        agreed = {c.award: c for _, c in commands_of_the_year() if isinstance(c, AgreeMeasures)}
        assert len(agreed) == 10
        for each in workbooks_of_the_year():
            owed = owed_of(framework, agreed[each.award].measures, agreed[each.award].outcomes)
            assert {figure.key for figure in each.content.figures} == set(owed.counts)
            assert list(each.outcomes) == [outcome.outcome for outcome in owed.outcomes]
            assert list(each.texts) == [narrative.narrative for narrative in framework.narratives]

    def test_all_ten_awards_owe_two_reports_and_the_last_two_come_late(self) -> None:
        known = {
            stream: Obligation().after(events)
            for stream, events in loaded().events.items()
            if stream.startswith("obligation-")
        }
        assert len(known) == 20
        assert not [stream for stream, o in known.items() if o.status is ObligationStatus.OWED]
        of_the_second = [
            c for _, c in reports_of_the_year() if c.period == "2017-18-h2" and isinstance(c, SubmitReport)
        ]
        late = {c.award: str(c.received_on) for c in of_the_second if c.received_on > date(2018, 4, 30)}
        assert late == {"MOJ-2017-06": "2018-05-08", "MOJ-2017-09": "2018-06-07"}
        nil = [stream for stream, o in known.items() if o.status is ObligationStatus.NIL_RETURN]
        assert nil == ["obligation-MOJ-2017-04.outcome-report.2017-18-h1"]
        moved = known["obligation-MOJ-2017-07.outcome-report.2017-18-h1"]
        assert (str(moved.due_on), moved.status) == ("2017-11-10", ObligationStatus.MET)

    def test_all_reports_are_accepted_and_two_were_corrected_first(self) -> None:
        known = {
            stream.removeprefix("report-"): Report().after(events)
            for stream, events in loaded().events.items()
            if stream.startswith("report-")
        }
        assert len(known) == 19
        assert {report.status for report in known.values()} == {ReportStatus.ACCEPTED}
        assert [name for name, report in known.items() if report.versions == 2] == [
            "MOJ-2017-05.2017-18-h1",
            "MOJ-2017-08.2017-18-h2",
        ]

    def test_the_hub_s_first_referrals_are_a_bound(self) -> None:
        reports = [c for _, c in reports_of_the_year() if c.award == "MOJ-2017-01"]
        referrals = {
            report.period: figure.quantity.words
            for report in reports
            for figure in report.figures
            if figure.measure == "referrals" and figure.breakdown is None
        }
        assert referrals == {"2017-18-h1": "more than 7,500", "2017-18-h2": "7,846"}

    def test_spend_and_payments_stay_within_each_award(self) -> None:
        awards = shares("2017-05-11", "moj-victims")
        spent = dict.fromkeys(awards, 0)
        for _, command in reports_of_the_year():
            if isinstance(command, SubmitReport):
                spent[command.award] += sum(f.quantity.at_least for f in command.figures if f.measure == "spend")
        paid = {award: share.paid_pence for award, share in fund("moj-victims-2017-18").commitments.items()}
        for award, pence in awards.items():
            assert pence is not None
            assert 0 < spent[award] <= pence
            assert 0 < paid[award] <= pence

    def test_a_breakdown_adds_up_to_the_figure_it_breaks_down(self) -> None:
        framework = framework_for(Period.parse("2017-18-h1"))
        exclusive = {each.breakdown for each in framework.breakdowns if each.exclusive}
        assert exclusive >= {"age", "sex", "ethnicity", "disability", "crime-type", "reported-to-police"}
        for _, command in reports_of_the_year():
            whole = {f.measure: f.quantity for f in command.figures if f.breakdown is None}
            parts: dict[tuple[str, str], int] = {}
            for figure in command.figures:
                if figure.breakdown in exclusive:
                    key = (figure.measure, figure.breakdown)
                    parts[key] = parts.get(key, 0) + figure.quantity.at_least
            for (measure, _breakdown), total in parts.items():
                assert whole[measure].at_least == total

    def test_not_every_award_reports_every_measure(self) -> None:
        asked = {measure.measure for measure in framework_for(Period.parse("2017-18-h1")).measures}
        for _, command in reports_of_the_year():
            if isinstance(command, SubmitReport):
                assert {figure.measure for figure in command.figures} < asked


class TestTurns:
    @pytest.mark.parametrize("path", [STATED, MADE_UP], ids=lambda path: path.stem)
    def test_each_entry_is_an_order_of_the_catalogue_and_later_than_the_one_before(self, path: Path) -> None:
        moments = [at for at, _ in commands_of(path)]
        assert all(earlier < later for earlier, later in pairwise(moments))
        assert len(moments) == len(told(path))

    def test_no_two_things_happen_at_the_same_moment(self) -> None:
        moments = [at for path in (STATED, MADE_UP, YEAR) for at, _ in commands_of(path)]
        moments += [each.at for each in workbooks_of_the_year()]
        moments += [moment(day) for day in all_days()]
        assert len(set(moments)) == len(moments)

    def test_what_the_papers_state_is_told_on_the_day_of_the_paper_after_it_is_loaded(self) -> None:
        for at, _command in commands_of(STATED):
            day = at.astimezone(LONDON).date().isoformat()
            assert day in all_days()
            assert at > moment(day)

    def test_what_the_papers_state_says_nowhere_that_it_is_made_up(self) -> None:
        assert "made up" not in STATED.read_text(encoding="utf-8").lower()

    def test_everything_made_up_that_could_be_taken_for_true_says_so(self) -> None:
        spoken = {"reason", "evidence", "authorised_by", "purpose", "advice", "alternatives", "decided", "source"}
        spoken |= {"public_interest_reason", "interests"}
        for entry in told(MADE_UP):
            for field, said in entry["fields"].items():
                if field in spoken:
                    assert said.endswith("(made up)"), entry
                if field in ("payment", "addendum", "variation", "plan"):
                    assert said.startswith("made-up-"), entry
                if field in ("title", "funder") and (field, entry["command"]) != ("funder", "prepare-bid"):
                    assert "made up" in said, entry

    def test_an_award_that_is_made_up_says_so_in_its_remarks(self) -> None:
        awards = [entry["fields"] for entry in told(MADE_UP) if entry["command"] == "register-award"]
        assert len(awards) == 5
        for award in awards:
            assert any(remark.endswith("(made up)") for remark in award["remarks"])

    def test_the_award_from_the_pot_is_just_under_half_of_it_and_the_match_is_the_rest(self) -> None:
        known = fund("crime-and-disorder-reduction-2018-19")
        awarded = known.commitments["CDR-2018-01"].amount_pence
        assert awarded is not None
        assert 0 < 15_500_000 / 2 - awarded < 15_500_000 / 100
        held = {name: earmark.amount_pence for name, earmark in known.earmarks.items()}
        assert held.pop("match-early-intervention-youth-fund") + awarded == 15_500_000
        assert set(held.values()) == {0}

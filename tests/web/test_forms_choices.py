"""What may be picked on a form comes from what the office knows, with few queries however many fields pick from it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from domain.catalogue import COMMANDS
from domain.kernel import Actor, Role
from projections.views import Views
from services.office import Office
from services.web.forms import ViewChoices, fields_of, form_for
from services.web.forms.choices import SOURCES
from services.web.forms.shapes import Kind
from tests.web.browser import Page, rendered
from tests.web.orders import GIVEN_BY_PEOPLE

EVERYBODY = Actor(id="tester", roles=frozenset(Role))
AWARD, FUND = {"award": "A-1"}, {"fund": "victims", "year": "2017-18"}
MOST_QUERIES = 3

_TOLD = [
    ("register-provider", {"provider": "voice", "title": "Voice"}),
    ("register-provider", {"provider": "aquarius", "title": "Aquarius"}),
    ("open-fund", FUND | {"title": "Victims' fund", "funder": "Ministry of Justice"}),
    ("open-fund", FUND | {"year": "2018-19", "title": "Victims' fund", "funder": "Ministry of Justice"}),
    ("receive-allocation", FUND | {"agreement": "G-1", "amount_pence": 100_000, "source": "The letter"}),
    (
        "set-ring-fence",
        FUND | {"ring_fence": "advisers", "title": "Advisers", "amount_pence": 5_000, "reason": "Asked"},
    ),
    ("hold-earmark", FUND | {"earmark": "later", "title": "Later work", "kind": "reserve", "amount_pence": 1_000}),
    ("register-award", AWARD | {"service": "Support", "route": "grant", "provider": "voice"}),
    ("approve-award", AWARD | {"shares": [FUND | {"amount_pence": 50_000}]}),
    ("plan-milestone", AWARD | {"milestone": "m1", "title": "Second plan", "due_on": "2017-11-30"}),
    ("schedule-payment", AWARD | FUND | {"payment": "p1", "amount_pence": 20_000, "due_on": "2017-11-30"}),
    ("set-condition", AWARD | {"condition": "c1", "kind": "spend-plan", "title": "Spend plan received"}),
    ("plan-surplus", AWARD | {"plan": "s1", "amount_pence": 500, "purpose": "Training"}),
    ("describe-pool", AWARD | {"host": "County council"}),
    ("promise-contribution", AWARD | {"contribution": "k1", "partner": "Borough council"}),
]


@pytest.fixture
def kind() -> str:
    """Answers are the same over every database (see the contracts): here they are asked in memory."""
    return "memory"


@pytest.fixture
def views(office: Office) -> Iterator[Views]:
    """The views of an office with one of each thing."""
    office.do_all([COMMANDS[name].model_validate(fields) for name, fields in _TOLD], EVERYBODY)
    with office.reading() as found:
        yield found


def _options(views: Views, command: str, field: str, address: dict[str, str]) -> dict[str, str]:
    return dict(ViewChoices(views).options(COMMANDS[command], field, address) or ())


@pytest.mark.parametrize(
    ("command", "field", "address", "expected"),
    [
        ("complete-milestone", "milestone", AWARD, {"m1": "Second plan, due on 30 November 2017 (owed)"}),
        ("approve-payment", "payment", AWARD, {"p1": "p1: £200, due on 30 November 2017 (scheduled)"}),
        ("uplift-award", "fund", AWARD, {"victims": "victims (2017-18)"}),
        ("uplift-award", "year", AWARD, {"2017-18": "2017-18"}),
        ("meet-condition", "condition", AWARD, {"c1": "Spend plan received (open)"}),
        ("settle-surplus-plan", "plan", AWARD, {"s1": "Training: £5 (proposed)"}),
        ("receive-contribution", "contribution", AWARD, {"k1": "Borough council (promised)"}),
        ("amend-allocation", "agreement", FUND, {"G-1": "G-1"}),
        ("release-earmark", "earmark", FUND, {"later": "later (reserve)"}),
        ("hold-earmark", "ring_fence", FUND, {"advisers": "Advisers"}),
        ("approve-award", "shares.fund", AWARD, {"victims": "Victims' fund (victims: 2017-18, 2018-19)"}),
        ("approve-award", "shares.year", AWARD, {"2018-19": "2018-19", "2017-18": "2017-18"}),
        ("carry-funds", "to_ring_fence", FUND, {"advisers": "advisers (victims 2017-18)"}),
        ("register-award", "provider", {}, {"aquarius": "Aquarius (aquarius)", "voice": "Voice (voice)"}),
        ("merge-provider", "into", {"provider": "voice"}, {"aquarius": "Aquarius (aquarius)"}),
        ("apportion-report", "award", {}, {"A-1": "A-1: Support"}),
    ],
)
def test_a_reference_is_picked_from_what_is_known(
    views: Views, command: str, field: str, address: dict[str, str], expected: dict[str, str]
) -> None:
    assert _options(views, command, field, address) == expected


def test_measures_outcomes_and_rules_come_from_what_is_on_file(views: Views) -> None:
    assert "referrals" in _options(views, "agree-measures", "measures", AWARD)
    assert _options(views, "agree-measures", "outcomes", AWARD)
    assert _options(views, "submit-report", "texts.narrative", AWARD)
    assert _options(views, "publish-return", "rule", {})


def test_what_is_new_is_typed(views: Views) -> None:
    assert ViewChoices(views).options(COMMANDS["plan-milestone"], "milestone", AWARD) is None
    assert ViewChoices(views).options(COMMANDS["approve-award"], "rests_on", AWARD) is None


def test_every_field_that_picks_is_a_field_that_is_asked() -> None:
    asked = set()
    for command in GIVEN_BY_PEOPLE:
        for shape in form_for(command, address={}).shapes:
            within = shape.parts[0].parts if shape.kind is Kind.MANY else ()
            asked |= {
                (command.__name__, shape.field),
                *((command.__name__, f"{shape.field}.{p.field}") for p in within),
            }
    assert set(SOURCES) <= asked


def test_a_form_with_choices_takes_few_queries_and_is_a_sound_page(views: Views) -> None:
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(views.connection, "before_cursor_execute", count)
    for command in GIVEN_BY_PEOPLE:
        asked.clear()
        address = {name: (AWARD | FUND).get(name, "2017-18-h1") for name in command.address}
        form = form_for(command, address=address, choices=ViewChoices(views))
        assert len(asked) <= MOST_QUERIES, command.__name__
        assert len(fields_of(form)) == len(form.shapes)
        Page(rendered(form))
    event.remove(views.connection, "before_cursor_execute", count)

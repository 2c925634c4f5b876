"""Thousands of requests made from the API's own document, by everybody: no fault of ours, and nothing undocumented.

Made by schemathesis and hypothesis, the same ones in every run. What the document calls right may still be refused by
a rule; what it calls wrong must be refused.
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation, BaseSchema

from services import front_desk
from services.address_book import AddressBook
from services.api import feed
from services.app import make_app
from services.http import limits
from services.settings import Database, Settings
from services.wiring import open_office
from tests.api.conftest import PEOPLE, Building, furnish
from tests.conftest import Clock

CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
OFTEN, SELDOM = 4, 2
"""How many requests to each operation: by somebody who may do nearly everything, and by everybody else."""
KNOWN = {
    "award": "a1",
    "fund": "moj-victims",
    "year": "2017-18",
    "provider": "embrace",
    "period": "2017-18-h1",
    "schedule": "outcome-report",
    "figure": "left_pence",
    "person": "auditor",
}
"""What is there, so that not every request is about nothing."""
ERASES = frozenset({"erase-person", "leave-person", "change-person", "sign-out-person"})
"""What is done to people is done to somebody who is not signed in here."""

Operation = APIOperation[Any, Any, Any, Any]


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    """The application over a small office, asked by one machine more often than it would let anybody."""
    described = Settings(database="memory:", documents=tmp_path_factory.mktemp("documents"))
    with (
        pytest.MonkeyPatch.context() as changing,
        open_office(described, Clock()).open() as office,
        AddressBook(Database.of("memory:")) as book,
    ):
        changing.setattr(limits, "BY_ADDRESS", {"": None})
        changing.setattr(front_desk, "BY_ACCOUNT", limits.Rule(10**9))
        changing.setattr(feed, "LONGEST_WAIT", 0)  # whoever waits for what will not come holds up the rest
        furnish(office)
        app: FastAPI = make_app(described, office, book)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Building(client, app.state.desk)


@pytest.fixture(scope="module")
def schema(building: Building) -> BaseSchema:
    """The document, read by schemathesis."""
    load_all_checks()
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", building.client.app)
    schema.config.generation.allow_extra_parameters = False  # what nobody reads is let pass: health, the feed
    schema.config.generation.with_security_parameters = False  # who asks is said by each test
    return schema


def operations(schema: BaseSchema) -> Iterator[Operation]:
    """Every operation of the document."""
    for found in schema.get_all_operations():
        assert not isinstance(found, Err)
        yield found.ok()


def about(operation: Operation) -> dict[str, Any]:
    """What is there, of the parts of an operation's address."""
    said = {each.name: KNOWN[each.name] for each in operation.path_parameters if each.name in KNOWN}
    if operation.definition.raw.get("operationId") in ERASES:
        said["person"] = "nobody-in-particular"
    return said


def driven(
    operation: Operation, headers: Mapping[str, str], mode: GenerationMode, how_often: int, *, known: bool
) -> Counter[int]:
    """Sends requests of one operation, and checks each answer. Says which statuses came."""
    checks: list[Any] = list(CHECKS.get_by_names(CHECKED))
    statuses: Counter[int] = Counter()
    more: dict[str, Any] = {"path_parameters": about(operation)} if known and about(operation) else {}

    @seed(20171016)
    @settings(
        max_examples=how_often,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **more))
    def send(case: Case[Any]) -> None:
        response = case.call(headers=dict(headers))
        statuses[response.status_code] += 1
        case.validate_response(response, checks=checks, headers=dict(headers))

    send()
    return statuses


def everything(schema: BaseSchema, building: Building, who: str | None, how_often: int) -> tuple[int, list[str]]:
    """Every operation, in somebody's name: how many requests, and what was wrong."""
    sent, wrong = 0, []
    headers = building.as_(who)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of hypothesis about itself
        for operation in operations(schema):
            modes = [(GenerationMode.POSITIVE, True), (GenerationMode.NEGATIVE, True), (GenerationMode.NEGATIVE, False)]
            for mode, known in modes if how_often > SELDOM else modes[:1]:
                try:
                    statuses = driven(operation, headers, mode, how_often, known=known)
                except Unsatisfiable:
                    continue  # it takes nothing, so that nothing can be wrong
                except (Exception, BaseExceptionGroup) as fault:  # schemathesis raises groups of several
                    wrong.append(f"{operation.label}, {mode.value}: {fault}")
                else:
                    sent += statuses.total()
                    assert 429 not in statuses
    return sent, wrong


def test_nobody_finds_a_fault_of_ours_who_may_do_nearly_everything(schema: BaseSchema, building: Building) -> None:
    sent, wrong = everything(schema, building, "everything", OFTEN)
    assert not wrong, "\n\n".join(wrong)
    assert sent > 1_500


@pytest.mark.parametrize("who", [None, *(name for name in PEOPLE if name != "everything")])
def test_nobody_finds_a_fault_of_ours(schema: BaseSchema, building: Building, who: str | None) -> None:
    sent, wrong = everything(schema, building, who, SELDOM)
    assert not wrong, "\n\n".join(wrong)
    assert sent > 200

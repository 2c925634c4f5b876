"""The API's document: made from the catalogue, true in every example, and fit for those who make clients of it."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from domain.catalogue import COMMANDS
from services.api.commands import path_of
from tests.api.conftest import Building
from tests.api.permissions import LETTERS, TABLE

Said = dict[str, Any]


@pytest.fixture
def document(building: Building) -> Said:
    """The document as anybody gets it."""
    answer = building.client.get("/api/openapi.json")
    assert answer.status_code == 200
    said: Said = answer.json()
    return said


def operations(document: Said) -> list[tuple[str, Said]]:
    """Every operation, as the table of permissions writes it."""
    found = []
    for path, methods in document["paths"].items():
        found += [(f"{method.upper()} {path}", said) for method, said in methods.items()]
    return found


def references(said: Any) -> set[str]:
    """Everything that is referred to."""
    if isinstance(said, list):
        return {each for inner in said for each in references(inner)}
    if not isinstance(said, dict):
        return set()
    own = {said["$ref"]} if isinstance(said.get("$ref"), str) else set()
    return own | {each for inner in said.values() for each in references(inner)}


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(document: Said) -> None:
    assert document["openapi"].startswith("3.1.")
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known
    for schema in document["components"]["schemas"].values():
        meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})


def test_every_order_stands_in_it_with_an_example_that_is_true(document: Said) -> None:
    for name, command in COMMANDS.items():
        operation = document["paths"][f"/api{path_of(command, name)}"]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        faults = [f"{name}: {each.message}" for each in Draft202012Validator(schema).iter_errors(content["example"])]
        assert faults == []
        assert operation["operationId"] == name
        needed = {each["name"] for each in operation["parameters"] if each["required"]}
        assert needed == {*command.address, *(["If-Match"] if command.overwrites else [])}


def test_every_operation_says_who_may_and_has_a_name_of_its_own(document: Said) -> None:
    found = operations(document)
    names = [said["operationId"] for _route, said in found]
    assert len(names) == len(set(names))
    for route, said in found:
        if route not in TABLE:
            continue  # for machines: health and figures
        line = TABLE[route]
        assert line.may is not None
        assert said["security"] == [{"token": []}], route
        assert said["x-roles"] == sorted(role.value for role in line.may), route
    described = {route for route, _said in found}
    assert {route for route, line in TABLE.items() if line.path.startswith("/api/") and line.may} <= described
    assert set(LETTERS.values()) >= {role for line in TABLE.values() for role in line.may or ()}


def test_every_refusal_is_told_as_a_problem(document: Said) -> None:
    for route, said in operations(document):
        for status, answer in said["responses"].items():
            if status >= "400" and route in TABLE:
                assert list(answer["content"]) == ["application/problem+json"], (route, status)


def test_it_names_neither_a_person_nor_a_server(document: Said) -> None:
    assert "servers" not in document or document["servers"] == []
    assert "HTTPValidationError" not in str(document)

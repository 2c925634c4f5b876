"""The API described for people: a page made from the same document that programs read. No script from anywhere."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from services.api.openapi import document
from services.front_desk import ANYBODY
from services.web.site import page

Schema = dict[str, Any]


class Operation(NamedTuple):
    """One thing that the API does."""

    name: str
    method: str
    path: str
    summary: str
    words: str
    roles: tuple[str, ...]
    parameters: tuple[tuple[str, str, str], ...]
    """Each with where it stands and what it is for."""
    example: str
    answers: tuple[tuple[str, str], ...]


def _example(operation: Schema) -> str:
    """What may be sent, as it is written; nothing where nothing is sent, or a file."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    said = content.get("example") or content.get("schema", {}).get("example")
    return json.dumps(said, indent=2, ensure_ascii=False) if said is not None else ""


def _of(path: str, method: str, operation: Schema) -> Operation:
    parameters = tuple(
        (
            each["name"],
            {"path": "address", "query": "query", "header": "header"}[each["in"]],
            each.get("description", ""),
        )
        for each in operation.get("parameters", [])
    )
    answers = tuple((status, said["description"]) for status, said in sorted(operation["responses"].items()))
    return Operation(
        operation["operationId"],
        method.upper(),
        path,
        operation.get("summary", ""),
        operation.get("description", ""),
        tuple(role.replace("-", " ") for role in operation.get("x-roles", ())),
        parameters,
        _example(operation),
        answers,
    )


def operations(described: Schema) -> Iterator[tuple[str, Operation]]:
    """Everything that the document describes, each with its part of the office."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield operation.get("tags", ["office"])[0], _of(path, method, operation)


def show(request: Request) -> Response:
    """The parts of the API; or, with ``part``, all of one part."""
    described = document(request.app)
    parts: dict[str, list[Operation]] = {}
    for part, operation in operations(described):
        parts.setdefault(part, []).append(operation)
    part = request.query_params.get("part", "")
    shown = parts.get(part, [])
    return page(
        request,
        "documentation/documentation.html",
        about=[block.strip() for block in described["info"]["description"].replace("\n* ", "\n\n* ").split("\n\n")],
        parts=sorted(parts),
        part=part if shown else "",
        operations=shown,
    )


def make_router() -> APIRouter:
    """The page that describes the API."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/api/docs", show, methods=["GET"], response_model=None, dependencies=[Depends(ANYBODY)])
    return router

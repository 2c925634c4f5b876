"""The API's document, OpenAPI 3.1: made from the catalogue, the questions and the routes, so that it cannot lag."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic.json_schema import models_json_schema

from domain.catalogue import COMMANDS, NOUNS
from domain.kernel import Command
from domain.tables import Table
from services.api.commands import LONGEST_KEY, PLURALS, path_of
from services.api.examples import example_of
from services.api.listing import LONGEST, LONGEST_DAY, MOST, ORDERED
from services.asking import LISTS, Asking
from services.front_desk import pass_of
from services.http.problem import Problem, Where
from services.settings import Settings
from services.wiring import open_office

Schema = dict[str, Any]
TEMPLATE = "#/components/schemas/{model}"

ABOUT = """\
Orders go in, events are written down, answers are folded from them.

* **Sign in** with `Authorization: Bearer` and a token that an administrator gave you. What is out of your reach is
  answered with 404, as if it were not there.
* **Orders** are `POST`: the address says what the order is about, the body everything else. Money is in whole pence,
  dates are London dates, moments carry their time zone. Saying the same again changes nothing; with an
  `Idempotency-Key` an order is obeyed once, however often it is sent.
* **`If-Match`** takes the ETag that came with a thing. Where an order overwrites something it is needed (428 without
  it); if the thing was changed since, nothing is recorded (412).
* **Lists** are `GET`: filter by any column, sort, take a piece at a time with `limit` and `after`, ask `as_at` a past
  moment, as JSON or as CSV (`Accept: text/csv`).
* **What goes wrong** is told as problem details (RFC 9457), with a pointer to the field; nothing that was sent is
  repeated.
"""

_PROBLEM = Problem.model_json_schema(ref_template=TEMPLATE)
del _PROBLEM["$defs"]  # it stands among the schemas itself
_PROBLEMS = {
    "400": "The request cannot be read as HTTP and JSON",
    "401": "Sign in, or send a token",
    "403": "You may not do this",
    "404": "There is no such thing, or not for you",
    "406": "It is not to be had in that form",
    "409": "A rule forbids it, or others keep changing the same record",
    "412": "It was changed since you looked at it",
    "413": "The body is too large",
    "415": "The body is of a kind that is not read here",
    "422": "A field is missing or malformed",
    "428": "If-Match is needed",
    "429": "Too many requests: wait, as Retry-After says",
    "503": "The database cannot be reached: try again later",
}
_OF_ORDERS = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503")
_OF_QUESTIONS = ("400", "401", "403", "404", "406", "409", "422", "429", "503")


def problems(*statuses: str) -> Schema:
    """The documented answers of some faults."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in statuses}


OUTCOME: Schema = {
    "type": "object",
    "description": "What was written down; an empty list when nothing changed.",
    "required": ["recorded", "version"],
    "properties": {
        "recorded": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["stream", "version", "event", "at", "happened", "particulars"],
                "properties": {
                    "position": {"type": ["integer", "null"], "description": "Its place in the log."},
                    "stream": {"type": "string"},
                    "version": {"type": "integer"},
                    "event": {"type": "string"},
                    "at": {"type": "string", "format": "date-time"},
                    "happened": {"type": "string"},
                    "particulars": {"type": "string"},
                },
            },
        },
        "version": {"type": ["integer", "null"], "description": "Of the thing that the order was about, now."},
    },
}
LIST: Schema = {
    "type": "object",
    "required": ["name", "title", "position", "of", "next", "columns", "rows", "notes"],
    "properties": {
        "name": {"type": "string"},
        "title": {"type": "string"},
        "position": {"type": "integer", "description": "The last event of the log that is counted in."},
        "of": {"type": "integer", "description": "How many lines fit what was asked, in all."},
        "next": {"type": ["string", "null"], "description": "What to say as `after` for the piece that follows."},
        "columns": {"type": "array", "items": {"type": "object"}},
        "rows": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Values by column; under `missing` why a value is not there, which never means nought.",
        },
        "notes": {"type": "array", "items": {"type": "string"}},
    },
}
AWARD: Schema = {
    "type": "object",
    "required": ["award", "position", "tables"],
    "properties": {
        "award": {"type": "string"},
        "version": {"type": ["integer", "null"], "description": "Now; nothing of a past moment."},
        "position": {"type": "integer"},
        "tables": {"type": "array", "items": {"type": "object"}},
    },
}
IN_WORDS: dict[str, Schema] = {
    "DueRule": {"type": "string", "maxLength": 200, "examples": ["30 October, 30 April", "1 month after"]},
    "Step": {"type": "string", "maxLength": 200, "examples": ["due: on the day to provider"]},
    "Quantity": {
        "type": ["integer", "string"],
        "minimum": 0,
        "maximum": 10**14,
        "maxLength": 200,
        "examples": [12, "20 to 30", "more than 40"],
    },
}
"""What may be said of some values in place of their parts, which pydantic's schema does not know."""
_ETAG: Schema = {
    "ETag": {"description": "The thing's version, for If-Match.", "schema": {"type": "string", "examples": ['"12"']}}
}


@cache
def empty_answers() -> dict[str, Table]:
    """Every list as an office without a single event has it: with its columns."""
    with open_office(Settings(database="memory:")).open() as office, office.reading() as views:
        return {name: question.answer(views, Asking({}))[0] for name, question in LISTS.items()}


def _orders() -> tuple[Schema, Schema]:
    """The schemas of every order's body, and those they stand on; each body by the order's name."""
    named, whole = models_json_schema([(each, "validation") for each in COMMANDS.values()], ref_template=TEMPLATE)
    schemas: Schema = whole["$defs"]
    for model, words in IN_WORDS.items():
        schemas[model] = {"anyOf": [words, schemas[model]]}
    bodies: Schema = {}
    for name, command in COMMANDS.items():
        key = named[command, "validation"]["$ref"].rpartition("/")[2]
        schema = dict(schemas[key])
        bodies[name] = (key, schema.get("properties", {}))
        schema["properties"] = {
            field: said for field, said in schema.get("properties", {}).items() if field not in command.address
        }
        schema["required"] = [field for field in schema.get("required", []) if field not in command.address]
        if not schema["required"]:
            del schema["required"]
        schemas[key] = schema
    return schemas, bodies


def _header(name: str, words: str, schema: Schema, *, needed: bool = False) -> Schema:
    return {"name": name, "in": "header", "required": needed, "description": words, "schema": schema}


def _of_an_order(name: str, command: type[Command[Any]], key: str, fields: Schema) -> Schema:
    """What the document says of an order beside what the route says itself."""
    return {
        "parameters": [
            *(
                {"name": field, "in": "path", "required": True, "schema": fields.get(field, {"type": "string"})}
                for field in command.address
            ),
            _header(
                "Idempotency-Key",
                "A new one for each order: sent again, it gets the same answer.",
                {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
            ),
            _header(
                "If-Match",
                "The ETag of what was looked at.",
                {"type": "string", "pattern": r'^("\d{1,9}"|\*)$', "examples": ['"12"']},
                needed=command.overwrites,
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{key}"},
                    "example": example_of(command, name),
                }
            },
        },
        "responses": {
            "200": {
                "description": "Done, or done already",
                "headers": _ETAG,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
            },
            **problems(*_OF_ORDERS),
        },
    }


def _query(name: str, words: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def of_a_list(table: Table | None, *, by_a_day: bool) -> list[Schema]:
    """What may be said with a list."""
    text: Schema = {"type": "string", "maxLength": LONGEST}
    said = [
        _query("limit", "How many lines.", {"type": "integer", "minimum": 1, "maximum": MOST}),
        _query("after", "What the answer before gave as next.", text),
        _query("q", "Words that a line must hold, all of them.", text),
        _query("as_at", "As it was known then: a day, a moment or a position of the log.", text),
    ]
    if by_a_day:
        said.append(_query("on", "What held on that day.", {"type": "string", "format": "date"}))
    if table is None:
        return said
    keys = [column.key for column in table.columns]
    said.append(
        _query("sort", "A column; with a hyphen before it, downwards.", {"enum": [*keys, *(f"-{key}" for key in keys)]})
    )
    for column in table.columns:
        said.append(_query(column.key, f"{column.title} is exactly this.", text))
        if column.kind in ORDERED:
            kind: Schema = (
                {"type": "string", "maxLength": LONGEST_DAY}
                if column.kind in ("date", "moment")
                else {"type": "integer"}
            )
            said.append(_query(f"{column.key}_from", f"{column.title} is this or more.", kind))
            said.append(_query(f"{column.key}_to", f"{column.title} is this or less.", kind))
    return said


def _of_a_question(route: APIRoute) -> Schema:
    """What the document says of a question beside what the route says itself."""
    name = route.name.removeprefix("list-")
    places = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    path = [
        {"name": place, "in": "path", "required": True, "schema": {"type": "string", "maxLength": 120}}
        for place in places
    ]
    responses = problems(*_OF_QUESTIONS)
    if route.name == "show-award":
        content: Schema = {"application/json": {"schema": {"$ref": "#/components/schemas/Award"}}}
        said = [_query("as_at", "As it was known then.", {"type": "string", "maxLength": 200})]
    else:
        question = LISTS.get(name)
        content = {
            "application/json": {"schema": {"$ref": "#/components/schemas/List"}},
            "text/csv": {"schema": {"type": "string"}},
        }
        by_a_day = question.by_a_day if question else route.name == "explain-figure"
        said = of_a_list(empty_answers()[name] if question else None, by_a_day=by_a_day)
    return {
        "parameters": [*path, *said],
        "responses": {"200": {"description": "The answer", "content": content}, **responses},
    }


def _documented(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Every route that stands in the document, with its path."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            yield context.path_format or "", route


def document(app: FastAPI) -> Schema:
    """The whole document; made once for each application."""
    if app.openapi_schema:
        return app.openapi_schema
    schemas, bodies = _orders()
    paths = {path_of(command, name): name for name, command in COMMANDS.items()}
    made = get_openapi(
        title="Outturn",
        version=app.version,
        summary="The record of what became of the money that an office hands out.",
        description=ABOUT,
        routes=app.routes,
        tags=[{"name": PLURALS[noun]} for noun in NOUNS],
    )
    components = made.setdefault("components", {})
    components["schemas"] = {
        **{name: said for name, said in components.get("schemas", {}).items() if "ValidationError" not in name},
        **schemas,
        "Problem": _PROBLEM,
        "Where": Where.model_json_schema(ref_template=TEMPLATE),
        "Outcome": OUTCOME,
        "List": LIST,
        "Award": AWARD,
    }
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for path, route in _documented(app):
        passing = pass_of(route)
        for method in (route.methods or set()) & {"GET", "POST", "PUT", "DELETE"}:
            operation = made["paths"][path][method.lower()]
            may = None if passing is None else passing.may
            operation["security"] = [] if may is None else [{"token": []}]
            if may:
                operation["x-roles"] = sorted(role.value for role in may)
            if route.openapi_extra is not None or not path.startswith("/api/"):
                continue  # it says all of that itself
            name = paths.get(path.removeprefix("/api")) if method == "POST" else None
            operation |= _of_an_order(name, COMMANDS[name], *bodies[name]) if name else _of_a_question(route)
    app.openapi_schema = made
    return made

"""An example of every order, made from what its fields may be. A test gives each to its order, so that none can lie."""

from typing import Any

from domain.kernel import Command

Schema = dict[str, Any]

SAID: dict[str, Any] = {
    "award": "MOJ-2017-01",
    "fund": "moj-victims",
    "year": "2017-18",
    "period": "2017-18-h1",
    "report_period": "2017-18",
    "to_year": "2018-19",
    "to_fund": "moj-victims",
    "covers": "2017-18",
    "due": "30 October, 30 April",
    "schedule": "outcome-report",
    "provider": "victim-support",
    "decision": "2017-017",
    "framework": "moj-outcomes-1",
    "amount_pence": 1_250_000,
    "sha256": "0" * 64,
    "file_name": "minutes.pdf",
    "media_type": "application/pdf",
    "charity_number": "1002424",
    "company_number": "01234567",
    "measure": "referrals",
    "outcome": "health",
    "title": "Six-month review",
    "service": "Support for victims of burglary",
    "reason": "Agreed at the contract meeting.",
    "evidence": "Minutes of the contract meeting, seen.",
    "declaration": "I have read the return and declare it right.",
    "words": "The figures were checked with the provider.",
    "steps": ["due: on the day to provider"],
    "item": "obligation-MOJ-2017-01.outcome-report.2017-18-h1",
    "step": "due",
    "person": "p-bcdfghjk",
    "due_on": "2017-10-30",
    "slot": "2017-10-30T08:00:00+00:00",
    "job": "deliver-reminders",
    "calendar": "england-and-wales",
    "seal": "log",
    "chase": "default",
}
"""What is said under a name that stands for the same thing wherever it is used."""

DAY = "2017-09-30"


def example_of(command: type[Command[Any]], name: str) -> dict[str, Any]:
    """The body of an order: the fields that are needed, and nothing else."""
    schema = command.model_json_schema()
    known: dict[str, Schema] = schema.get("$defs", {})
    needed = [field for field in schema.get("required", []) if field not in command.address]
    return {field: _of(schema["properties"][field], known, field) for field in needed} | BESIDE.get(name, {})


BESIDE: dict[str, dict[str, Any]] = {"set-tolerance": {"amount_pence": 50_000}, "set-profile": {"by": "quarterly"}}
"""What some orders need beside: one field or another, by a rule over both."""


def address_of(command: type[Command[Any]]) -> dict[str, str]:
    """An example of what an order is about, field by field."""
    return {field: str(SAID.get(field, f"{field}-1")) for field in command.address}


def _of(schema: Schema, known: dict[str, Schema], field: str) -> Any:
    """An example of one value."""
    if "$ref" in schema:
        return _of(known[schema["$ref"].rpartition("/")[2]], known, field)
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    if field in SAID:
        return SAID[field]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            options = [each for each in schema[several] if each.get("type") != "null"]
            return _of(options[0], known, field)
    match schema.get("type"):
        case "object":
            needed = schema.get("required", [])
            return {each: _of(schema["properties"][each], known, each) for each in needed}
        case "array":
            fewest = schema.get("minItems", 0)
            return [_of(schema.get("items", {}), known, field.removesuffix("s")) for _ in range(max(1, fewest))]
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "number":
            return 1
        case "boolean":
            return True
        case _:
            return DAY if schema.get("format") == "date" or field.endswith("_on") else _text(schema, field)


def _text(schema: Schema, field: str) -> str:
    pattern = schema.get("pattern", "")
    if pattern.startswith("^[A-Za-z0-9]"):
        return f"{field.replace('_', '-')}-1"
    return f"{field.replace('_', ' ').capitalize()}, in words."

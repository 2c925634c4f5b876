"""A client made from the API's document and from nothing else: a method for every operation, as a generator makes them.

What is sent and what comes back are held to the schemas of the document, so that a document that lies is found out.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from jsonschema_rs import Draft202012Validator

Document = Mapping[str, Any]
Send = Callable[[str, str, Mapping[str, str], Mapping[str, str], Any], "Answer"]
"""Method, address, query, headers and body."""


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    said: Any


class Refused(Exception):
    """The API said no, as a problem of the document."""

    def __init__(self, answer: Answer) -> None:
        self.status, self.problem = answer.status, answer.said
        super().__init__(f"{answer.status}: {answer.said['detail']} {answer.said['errors']}")


class Client:
    """A method for every operation of a document: ``client.approve_award(award="a1", shares=[…])``."""

    def __init__(self, document: Document, send: Send) -> None:
        self._document = document
        self._send = send
        self._operations = {
            operation["operationId"].replace("-", "_"): (method.upper(), path, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if "operationId" in operation
        }

    def names(self) -> list[str]:
        """The names of all methods."""
        return sorted(self._operations)

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        if name not in self._operations:
            raise AttributeError(name)
        return lambda **said: self._call(*self._operations[name], said)

    def _call(self, method: str, path: str, operation: Document, said: dict[str, Any]) -> Answer:
        left, query, headers = dict(said), {}, {}
        for parameter in operation.get("parameters", []):
            name, key = parameter["name"], parameter["name"].lower().replace("-", "_")
            if key not in left:
                assert not parameter["required"], f"{name} is needed"
                continue
            value = left.pop(key)
            self._check(value, parameter["schema"])
            match parameter["in"]:
                case "path":
                    path = path.replace(f"{{{name}}}", str(value))
                case "query":
                    query[name] = str(value)
                case _:
                    headers[name] = str(value)
        assert not re.search(r"\{\w+\}", path), f"{path} is not whole"
        body = None
        if "requestBody" in operation:
            body = left
            self._check(body, operation["requestBody"]["content"]["application/json"]["schema"])
        else:
            assert not left, f"{left} belongs nowhere"
        return self._answered(operation, self._send(method, path, query, headers, body))

    def _answered(self, operation: Document, answer: Answer) -> Answer:
        documented = operation["responses"][str(answer.status)]["content"]
        kind = answer.headers["content-type"].partition(";")[0]
        self._check(answer.said, documented[kind]["schema"])
        if answer.status >= 400:
            raise Refused(answer)
        return answer

    def _check(self, said: Any, schema: Document) -> None:
        """Raises ``jsonschema_rs.ValidationError``."""
        whole = {**schema, "components": self._document["components"]}
        Draft202012Validator(whole).validate(said)

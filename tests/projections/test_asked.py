"""Each projection is asked about exactly the events that it folds."""

import ast
import inspect
import sys

import pytest

from domain.catalogue import EVENTS
from projections.projection import Projection
from projections.views import PROJECTIONS, projections_of


def folded_by(projection: Projection) -> set[str]:
    """The names of the events that the projection's module matches on."""
    tree = ast.parse(inspect.getsource(sys.modules[type(projection).__module__]))
    named = {
        node.cls.id for node in ast.walk(tree) if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            named |= {part.id for part in ast.walk(node.args[1]) if isinstance(part, ast.Name)}
    return named & {event.__name__ for event in EVENTS.values()}


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: type(projection).__name__)
def test_a_projection_is_asked_about_every_event_that_it_folds(projection: Projection) -> None:
    asked = {event.__name__ for event in EVENTS.values() if projection in projections_of(event)}
    if asked == {event.__name__ for event in EVENTS.values()}:
        return  # it takes every event, by its place alone
    assert folded_by(projection)
    assert folded_by(projection) <= asked

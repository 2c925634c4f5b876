"""From settings to an office: the composition root."""

from collections.abc import Callable
from datetime import datetime

from domain.kernel import utc_now
from services.event_store import open_log
from services.office import Office
from services.places import place_for
from services.read_models import ReadModels
from services.settings import Database, Settings


def open_office(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Office:
    """The office of the configured database, set up if it is new. Raises ``Unavailable``."""
    database = Database.of(settings.database)
    log = open_log(database)
    return Office(log, ReadModels(log, place_for(database)), clock)

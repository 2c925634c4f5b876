"""What the properties of the domain are tried on: days, periods and amounts, made up at random."""

from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some

from domain.money import MOST_PENCE
from domain.periods import Period

modest = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
"""Enough examples to find what is wrong, few enough to be tried on every change."""

days = some.dates(min_value=date(1990, 1, 1), max_value=date(2080, 12, 31))
"""Any day an office may write down."""

working_life = some.dates(min_value=date(2011, 1, 1), max_value=date(2048, 12, 31))
"""Any day from which a deadline can be reckoned with the bank holidays on file."""

periods = some.builds(lambda start, more: Period(start, start + timedelta(days=more)), days, some.integers(0, 1500))
"""Any range of dates, of a day to four years."""

pence = some.integers(min_value=0, max_value=MOST_PENCE)
"""Any amount that may be recorded."""

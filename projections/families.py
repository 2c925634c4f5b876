"""Providers that count as one: joined by a merger, or recognised as the same."""

from collections.abc import Iterable

from sqlalchemy import select

from projections.providers import ProviderRow
from projections.views import Views


def titles_of(views: Views, providers: Iterable[str | None]) -> dict[str, str]:
    """What these providers are called. One query, and none when nobody is asked for."""
    wanted = sorted({each for each in providers if each})
    if not wanted:
        return {}
    columns = ProviderRow.table.c
    query = select(columns.provider, columns.title).where(*views.within(ProviderRow), columns.provider.in_(wanted))
    return {row.provider: row.title for row in views.connection.execute(query)}


def family(views: Views, provider: str) -> list[ProviderRow]:
    """The provider, the one that its sums stand under, and all that stand under that one; by code. One query.

    Nothing when there is no such provider.
    """
    columns = ProviderRow.table.c
    kin = select(columns.provider, columns.same_as).where(columns.provider == provider).cte("kin", recursive=True)
    joined = (columns.same_as == kin.c.provider) | (columns.provider == kin.c.same_as)
    kin = kin.union(select(columns.provider, columns.same_as).where(joined).select_from(ProviderRow.table, kin))
    return views.rows(ProviderRow, columns.provider.in_(select(kin.c.provider)))


def head_of(kin: Iterable[ProviderRow]) -> ProviderRow | None:
    """The one under which the sums of a family stand."""
    return next((row for row in kin if row.same_as is None), None)

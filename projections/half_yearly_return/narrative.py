"""Narrative: what the providers say in words, and what is planned for money not spent."""

from domain.tables import Cell, Column, Row, Table, cell
from projections.half_yearly_return.counts import choices_in
from projections.half_yearly_return.services import Services, words_key

GENERAL = "narrative"


def section(services: Services) -> tuple[Table, ...]:
    """A row to what one provider says under one heading."""
    titles = {GENERAL: "In general"} | {each.narrative: each.title for each in services.framework.narratives}
    rows: list[Row] = []
    for service in services.services:
        for report in service.counted:
            for heading, title in titles.items():
                said = report.texts.get(heading)
                if said is not None:
                    rows.append(
                        (
                            cell(service.award.award),
                            cell(service.provider),
                            cell(title),
                            cell(report.period.code),
                            Cell(value=said, sources=report.sources),
                            cell(report.made_up),
                        )
                    )
    return (
        Table(
            name="narrative",
            title="Narrative and surplus plan",
            columns=(
                Column(key="award", title="Award"),
                Column(key="provider", title="Provider"),
                Column(key="heading", title="Heading"),
                Column(key="period", title="For"),
                Column(key="words", title="What the provider says"),
                Column(key="made_up", title="Made up for demonstration", kind="yes-no"),
            ),
            rows=tuple(rows),
            notes=(
                "In the providers' own words, from accepted reports.",
                *choices_in(services.services, {words_key(heading) for heading in titles}),
            ),
            names=("award", "heading", "period"),
        ),
    )

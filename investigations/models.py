"""Investigations and their plan."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, TermType
from core.terms import InvestigationState


class Investigation(Model):
    """Why and with what we ask; holds surveys, talks, concerns and reports."""

    __tablename__ = "investigation"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(Text, default="")
    # The three clarities (三个明确): guiding idea and goals; arrangement, method and steps; the superior's emphasis.
    guiding_idea: Mapped[str] = mapped_column(Text, default="")
    arrangement: Mapped[str] = mapped_column(Text, default="")
    emphasis: Mapped[str] = mapped_column(Text, default="")
    population: Mapped[str] = mapped_column(Text, default="")
    population_size: Mapped[int | None]  # of the survey, where it is wider than the roster
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # The secretary's own words in the report, kept over every refresh of the numbers.
    findings: Mapped[str] = mapped_column(Text, default="")
    causes: Mapped[str] = mapped_column(Text, default="")
    proposals: Mapped[str] = mapped_column(Text, default="")
    # What each line of them rests on, by part and line: {"causes": [["concern:12", "survey_results:3:q14"], []]}.
    grounds: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[InvestigationState] = mapped_column(TermType(InvestigationState), default=InvestigationState.OPEN)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": revision}

"""Sections of a concern's page that others fill: a template to include, and what it needs to be drawn."""

from collections.abc import Callable
from typing import Any

from concerns.models import Concern
from investigations.models import Investigation

Drawn = Callable[[Concern, Investigation], dict[str, Any]]

# By name of the section, templates/concerns/show_<name>.html: what its template is given besides the page's own.
PARTS: dict[str, Drawn] = {}


def part(name: str) -> Callable[[Drawn], Drawn]:
    """Register a function that gives the section `name` of a concern's page its variables."""

    def register(drawn: Drawn) -> Drawn:
        PARTS[name] = drawn
        return drawn

    return register

"""Pages of members."""

from members.views import doors, organisation, own, people, roster
from members.views.blueprint import bp

__all__ = ["bp", "doors", "organisation", "own", "people", "roster"]

"""Pages of surveys, by what they are for."""

from surveys.views import fielding, respond, results, surveys
from surveys.views.blueprint import bp

__all__ = ["bp", "fielding", "respond", "results", "surveys"]

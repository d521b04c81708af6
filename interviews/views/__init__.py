"""Pages of interviews, by what they are for."""

from interviews.views import coverage, imports, plans, promises, sheets
from interviews.views.blueprint import bp

__all__ = ["bp", "coverage", "imports", "plans", "promises", "sheets"]

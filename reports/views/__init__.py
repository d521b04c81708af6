"""Pages of reports, by what they are for."""

from reports.views import claims, editions, pages, preview, prints, sheets, wording
from reports.views.blueprint import bp

__all__ = ["bp", "claims", "editions", "pages", "preview", "prints", "sheets", "wording"]

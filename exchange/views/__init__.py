"""Pages where talks and concerns leave as files, and codebooks come in."""

from exchange.views import concerns, talks
from exchange.views.base import bp

__all__ = ["bp", "concerns", "talks"]

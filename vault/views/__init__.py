"""Pages of the vault: opening one's key, one's own key, and who holds which."""

from vault.views import holders, opening, own
from vault.views.blueprint import bp

__all__ = ["bp", "holders", "opening", "own"]

"""Pages of the vault."""

from flask import Blueprint

bp = Blueprint("vault", __name__, url_prefix="/app")

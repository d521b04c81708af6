"""What the plays about members begin with."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import people


@pytest.fixture
def any_cast(any_app: Flask) -> SimpleNamespace:
    """The cast on each database engine."""
    return people(any_app)


@pytest.fixture
def visit(client_for: Callable[[str], FlaskClient]) -> Callable[[str], FlaskClient]:
    """Return a visitor signed in as a role of the cast, or nobody ("")."""
    return client_for


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A visitor on an empty database."""
    return app.test_client()

"""Options of the storm: how long it lasts, and which one to see again."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --storm-minutes and --storm-seed."""
    group = parser.getgroup("storm")
    group.addoption("--storm-minutes", type=float, default=None, help="minutes of faults on each database engine")
    group.addoption("--storm-seed", type=int, action="append", default=None, help="a seed to run; may be repeated")

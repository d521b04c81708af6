"""The pages of the house, opened once for every test that looks at what they asked and drew."""

from types import SimpleNamespace

import pytest

from tests.house.grown import MANY, opened


@pytest.fixture(scope="session")
def pages(tmp_path_factory) -> SimpleNamespace:
    """Every page with a few more of everything (`few`) and with many (`many`), and the world with many (`world`)."""
    _small, few = opened(tmp_path_factory, 2)
    world, many = opened(tmp_path_factory, MANY)
    return SimpleNamespace(few=few, many=many, world=world)

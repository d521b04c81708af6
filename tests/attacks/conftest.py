"""The stage of the attacks: the loaded sample, whose application answers a crash as in an office."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests import sample
from tests.house import test_every_page


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The sample with its strangers; a module's attacks may leave traces in it, the next module has its own."""
    stage = sample.copied(tmp_path_factory, "every-page", test_every_page.made)
    stage.app.config["PROPAGATE_CRASHES"] = False  # a crash is an answer of 500, as for those who attack
    yield stage

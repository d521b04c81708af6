"""What the proof says of random small instruments is what trying every answer shows, no more and no less."""

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings

from core import i18n
from core.i18n import speaking
from core.settings import ROOT
from surveys.proof.prover import laid_out
from surveys.proof.survey import survey
from tests.surveys import brute


@pytest.fixture(scope="module")
def words_only():
    """Translations and nothing else: neither the proof nor the path needs a database."""
    app = Flask(__name__, root_path=str(ROOT))
    i18n.init_app(app)
    return app


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=brute.instruments())
def test_the_proof_agrees_with_trying_every_answer(words_only, drawn) -> None:
    definition, kinds = drawn
    with words_only.app_context(), speaking("en"):
        truth = brute.everything(definition, kinds)
        _whole, out = laid_out(definition)
        assert not out.found
        way = survey(out)
    found, name = way.found, {place.place: place.name for place in out.places}
    assert way.exact and not way.undecided
    assert {name[at] for at in found.asked} == truth["asked"]
    assert {name[at] for at in found.unasked} == truth["unasked"]
    options = {key: verdicts for key, verdicts in found.held.items() if key[0] == "option"}
    assert {(name[key[1]], key[2]) for key, verdicts in options.items() if True in verdicts} == truth["shown"]
    assert {(name[key[1]], key[2]) for key, verdicts in options.items() if False in verdicts} == truth["hidden"]
    assert {name[at]: can for at, can in found.full.items()} == truth["full"]
    checks = {key[1]: verdicts for key, verdicts in found.held.items() if key[0] == "check" and len(key) == 2}
    assert checks == truth["checks"]
    assert way.span[:2] == truth["span"][:2]
    assert [round(part, 6) for part in way.span[2:]] == [round(part, 6) for part in truth["span"][2:]]

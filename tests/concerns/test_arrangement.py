"""A second run on the sample: what people touched stays as large as it was, and new words find their place."""

import json
from dataclasses import replace

import pytest

from concerns import grouping
from concerns.arrangement import Known, arrange
from concerns.excerpts import Row
from core.parallel import mapper
from core.terms import ExcerptKind, SourceKind
from tests.conftest import SAMPLE
from text.clauses import excerpts


def texts_of_the_sample() -> list[str]:
    answers = [json.loads(line)["answers"] for line in (SAMPLE / "responses.jsonl").read_text("utf-8").splitlines()]
    given = [answer[item] for answer in answers for item in ("q13", "q14") if item in answer]
    return [part.text for text in given for part in excerpts(text, "zh") if part.kind != "nothing"]


def row(number: int, text: str, concern_id: int | None) -> Row:
    return Row(number, SourceKind.SURVEY, 1, "q13", str(number), 0, len(text), text, concern_id)


@pytest.fixture(scope="module")
def first_run():
    texts = texts_of_the_sample()
    return texts, grouping.group(texts)


def run_again(texts, places, known):
    rows = [row(number, text, places.get(number)) for number, text in enumerate(texts)]
    return arrange(rows, texts, known, quotable=[True] * len(texts), progress=lambda share: None)


def test_touching_three_concerns_changes_nothing_else(first_run) -> None:
    texts, found = first_run
    places = {position: number for number, group in enumerate(found.groups) for position in group.rows}
    known = [Known(number, group.label, kept=number < 3) for number, group in enumerate(found.groups)]
    again = run_again(texts, places, known)
    sizes = {place.concern_id: len(place.rows) for place in again}
    assert sizes == {number: len(group.rows) for number, group in enumerate(found.groups)}


def test_run_after_run_a_touched_concern_does_not_swallow_its_neighbours(first_run) -> None:
    texts, found = first_run
    places = {position: number for number, group in enumerate(found.groups) for position in group.rows}
    known = [Known(number, group.label, kept=number == 0) for number, group in enumerate(found.groups)]
    for _run in range(3):
        again = run_again(texts, places, known)
        places = {position: place.concern_id for place in again for position in place.rows}
    assert sum(number == 0 for number in places.values()) == len(found.groups[0].rows)


def test_new_words_join_the_concern_they_speak_of(first_run) -> None:
    texts, found = first_run
    kept = max(found.groups, key=lambda group: sum("车" in texts[position] for position in group.rows))
    places = dict.fromkeys(kept.rows, 7)
    new = ["停车位不够，电动车没处停", "停车棚太小，充电桩也少"]
    rows = [*texts, *new]
    again = run_again(rows, places, [Known(7, "停车", kept=True)])
    mine = next(place for place in again if place.concern_id == 7)
    assert set(kept.rows) <= set(mine.rows)
    assert {len(texts), len(texts) + 1} & set(mine.rows), "neither new sentence joined"


def test_a_cluster_finds_the_same_groups(first_run) -> None:
    distributed = pytest.importorskip("distributed")
    texts, found = first_run
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        assert grouping.group(texts, mapped=mapper(cluster.scheduler_address)) == found
    assert grouping.group(texts, mapped=mapper()) == found


def test_praise_joins_no_group_and_stays_where_a_person_put_it() -> None:
    texts = ["停车位不够", "停车位太少", "停车位难找", "停车位修得真好", "停车位修得很好"]
    rows = [row(number, text, None) for number, text in enumerate(texts)]
    rows[3] = replace(rows[3], kind=ExcerptKind.PRAISE)
    rows[4] = replace(rows[4], kind=ExcerptKind.PRAISE, pinned=True, concern_id=7)
    again = arrange(rows, texts, [Known(7, "x", kept=True)], quotable=[True] * 5, progress=lambda share: None)
    standing = {position for place in again for position in place.rows}
    assert 3 not in standing and 4 in standing


def test_every_row_stands_in_one_place_at_most(first_run) -> None:
    texts, found = first_run
    places = dict.fromkeys(found.groups[1].rows, 5)
    again = run_again(texts, places, [Known(5, "x", kept=True)])
    standing = [position for place in again for position in place.rows]
    assert len(standing) == len(set(standing))

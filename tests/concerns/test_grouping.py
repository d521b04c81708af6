"""Grouping: every row once, the same again, and groups a person would make."""

import json
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bench import grouping as measure
from concerns.grouping import Grouping, group
from text.clauses import says_nothing
from text.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "gold"
SAMPLE = ROOT / "exchange" / "sample"

PARKING = ["停车位太少", "早上停车找不到车位", "停车场被外来车占了", "车棚漏雨，电动车没法停", "停车太难了"]
MEALS = ["食堂的菜太咸", "食堂饭菜涨价了", "夜班食堂没有热饭", "食堂打饭排队太久", "希望食堂多几样菜"]
ENGLISH = ["Not enough parking spaces", "The car park is always full", "No parking after eight", "Bike parking leaks"]


def rows_of(grouping: Grouping) -> list[int]:
    return sorted([row for each in grouping.groups for row in each.rows] + list(grouping.ungrouped))


def placed(grouping: Grouping) -> dict[int, int]:
    return {row: number for number, each in enumerate(grouping.groups) for row in each.rows}


def answers() -> dict[str, set[str]]:
    """The distinct open answers of the sample with their gold codes."""
    given = [json.loads(line) for line in (SAMPLE / "responses.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = {each["id"]: each["answers"] for each in given}
    labels = [json.loads(line) for line in (GOLD / "response_labels.jsonl").read_text(encoding="utf-8").splitlines()]
    return {texts[label["response_id"]][label["item"]]: set(label["codes"]) for label in reversed(labels)}


def talk_sentences() -> dict[str, set[str]]:
    """The sentences of the sample's talk notes with their gold codes."""
    labels = [json.loads(line) for line in (GOLD / "talk_segments.jsonl").read_text(encoding="utf-8").splitlines()]
    return {label["text"]: set(label["codes"]) for label in labels}


def micro_f1(gold: dict[str, set[str]], found: Grouping) -> float:
    """Each group stands for the code most of its texts have; a text that says nothing stands for `none`."""
    codes, texts = list(gold.values()), list(gold)
    majority = [
        Counter(code for row in each.rows for code in sorted(codes[row])).most_common(1)[0][0] for each in found.groups
    ]
    where = placed(found)
    guesses = [
        {"none"} if says_nothing(text) else {majority[where[row]]} if row in where else set()
        for row, text in enumerate(texts)
    ]
    right = sum(len(guess & true) for guess, true in zip(guesses, codes, strict=True))
    return 2 * right / (sum(map(len, guesses)) + sum(map(len, codes)))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20, 300])
def test_every_row_once_whatever_the_number(count: int) -> None:
    texts = [(PARKING + MEALS + ENGLISH)[row % 14] + "。" * (row // 14) + str(row // 40) for row in range(count)]
    found = group(texts)
    assert rows_of(found) == list(range(count))
    assert [len(each.rows) for each in found.groups] == sorted((len(each.rows) for each in found.groups), reverse=True)


@pytest.mark.parametrize(
    "texts",
    [
        [""] * 5,
        ["", " ", "无", "N/A", "停车难"],
        ["停车难"] * 7,
        ["👍👍", "😀", "!!!", "？", "…"],
        ["停车" * 10_000, "食堂" * 10_000, "a" * 20_000, "x y " * 5_000],
        ["的", "the", "和", "of", "了", "and"],
        ["\u202e停车\u0000难", "停车\ud800难", "ｐａｒｋｉｎｇ", "𠀀𠀀𠀀"],
    ],
)
def test_odd_texts(texts: list[str]) -> None:
    found = group(texts)
    assert rows_of(found) == list(range(len(texts)))
    assert all(each.label for each in found.groups)


def test_two_topics_make_two_groups_with_fitting_labels() -> None:
    found = group(PARKING + MEALS)
    where = placed(found)
    assert len({where[row] for row in range(5)}) == 1
    assert len({where[row] for row in range(5, 10)}) == 1
    assert where[0] != where[5]
    assert "停车" in found.groups[where[0]].label
    assert "食堂" in found.groups[where[5]].label


def test_both_languages_share_one_space() -> None:
    where = placed(group(PARKING + MEALS + ENGLISH))
    assert {where.get(row) for row in range(10, 14)} <= {where[0], where[10]}
    english = ["Parking", "Canteen food", "The car park is full"]
    together = placed(group(list(answers()) + english))
    assert together[len(answers())] == together[list(answers()).index("停车难")]


def test_quotes_and_summary_are_real() -> None:
    texts = list(answers())
    for each in group(texts).groups:
        assert set(each.quotes) <= set(each.rows)
        assert 1 <= len(each.quotes) <= 5
        assert all(any(part in texts[row] for row in each.rows) for part in each.summary.split("；"))


def test_parents_are_heads_of_families() -> None:
    found = group(list(answers()))
    for number, each in enumerate(found.groups):
        assert each.parent is None or (each.parent < number and found.groups[each.parent].parent is None)


def test_labels_differ() -> None:
    labels = [each.label for each in group(list(answers())).groups]
    assert len(set(labels)) == len(labels)


def test_the_same_texts_give_the_same_groups_in_any_order() -> None:
    texts = list(answers())
    once, again, backwards = group(texts), group(texts), group(texts[::-1])
    assert once == again
    last = len(texts) - 1
    assert {frozenset(each.rows) for each in once.groups} == {
        frozenset(last - row for row in each.rows) for each in backwards.groups
    }
    assert [each.label for each in once.groups] == [each.label for each in backwards.groups]


def test_duplicates_stay_together() -> None:
    texts = [text for text in list(answers()) for _ in range(2)]
    where = placed(group(texts))
    assert all(where.get(row) == where.get(row + 1) for row in range(0, len(texts), 2))


def test_large_collections_find_neighbours_through_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    gold = answers()
    monkeypatch.setattr("concerns.grouping._EXACT_BELOW", 50)
    found = group(list(gold))
    assert rows_of(found) == list(range(len(gold)))
    assert micro_f1(gold, found) >= 0.45  # .45 to .50 from seed to seed


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    group(PARKING + MEALS, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_open_answers_of_the_sample() -> None:
    gold = answers()
    found = group(list(gold))
    assert 12 <= len(found.groups) <= 25
    assert micro_f1(gold, found) >= 0.63


def test_talk_sentences_of_the_sample() -> None:
    gold = talk_sentences()
    found = group(list(gold))
    assert 12 <= len(found.groups) <= 26
    assert micro_f1(gold, found) >= 0.53


def test_an_organisations_words_hold_a_concern_together() -> None:
    texts = ["小蓝楼太远", "小蓝楼漏雨", "小蓝楼没人管", "小蓝楼断网", *MEALS]
    found = group(texts, vocabulary=Vocabulary.of(["小蓝楼"]))
    where = placed(found)
    assert len({where.get(row) for row in range(4)}) == 1
    assert found.groups[where[0]].label == "小蓝楼"


def test_stop_words_of_an_organisation_name_nothing() -> None:
    texts = [f"炼钢车间{each}" for each in PARKING + MEALS]
    found = group(texts, vocabulary=Vocabulary.of([], ["炼钢", "车间", "炼钢车间"]))
    said = [word for each in found.groups for word in (each.label, *each.terms)]
    assert said
    assert not [word for word in said if word in ("炼钢", "车间", "炼钢车间")]


def test_given_vectors_tell_the_topics() -> None:
    texts = [f"第{number}号词{chr(0x4E00 + 37 * number)}{chr(0x5000 + 41 * number)}" for number in range(80)]

    def vectors(given: Sequence[str]) -> np.ndarray:
        found = np.zeros((len(given), 2), np.float32)
        found[np.arange(len(given)), [texts.index(text) % 2 for text in given]] = 1
        return found

    where = placed(group(texts, vectors=vectors))
    assert all(row % 2 == other % 2 for row in where for other in where if where[row] == where[other])


def test_the_map_given_is_used_and_the_result_is_the_same() -> None:
    texts = [*answers(), *talk_sentences()]
    sent: list[int] = []

    def mapped(function: Callable, chunks: Iterable) -> Iterator:
        for chunk in chunks:
            sent.append(len(chunk))
            yield pickle.loads(pickle.dumps(function))(chunk)

    assert group(texts, mapped=mapped) == group(texts)
    assert sum(sent) <= len(texts)


def test_languages_and_scripts_in_one_investigation() -> None:
    twins = [("停车场被外来车占了", "停車場被外來車占了"), ("食堂饭菜涨价了", "食堂飯菜漲價了")]
    texts = [*PARKING, *MEALS, *ENGLISH, *(traditional for _, traditional in twins)]
    where = placed(group(texts))
    for simplified, traditional in twins:
        assert where[texts.index(simplified)] == where[texts.index(traditional)]


def test_groups_without_a_word_in_common_are_not_made_up() -> None:
    found = group(["停车难", "食堂太咸"])
    assert found.groups == ()
    assert found.ungrouped == (0, 1)


def test_quotes_differ() -> None:
    texts = list(answers())
    for each in group(texts).groups:
        assert len({texts[row] for row in each.quotes}) == len(each.quotes)


def test_the_bench_tells_codes_of_the_sample() -> None:
    gold = {"停车难": {"park"}, "车位太少": {"park"}, "谢谢班长": {"praise"}, "无": {"none"}}
    passages = [(0, "停车难", "concern"), (1, "车位太少", "concern"), (2, "谢谢班长", "praise")]
    assert measure.coded(gold, passages) == (1.0, 1.0, 1.0, 1)

"""Labels: the phrase by which a person would call a group of texts."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from text.phrases import named_in, noun_phrases
from text.segment import HAN, Language, stopwords, tagged, words
from text.thesaurus import is_usual
from text.vocabulary import NONE, Vocabulary

_READ = 400
_LONGEST: dict[Language, int] = {"zh": 8, "en": 30}
_LONGEST_PAIR = 6
_OVERLAP = 0.6
_COUNTED = re.compile(
    r"[\d一二三四五六七八九十两几百半]+(?:个|次|天|年|月|点|把|副|句|件|台|趟|条|块|位|周|回|种|多|套|张)"
    r"|每(?:[个隔]|逢)?(?:天|日|周|星期|月|季度?|年|次|班)"
)
_TIMES = frozenset(
    (
        "时间 时候 小时 钟头 分钟 年月 日期 平时 晚上 夏天 冬天 周末 月底 年底 目前 "
        "time times minute minutes hour hours day days week weeks month months year years year old today"
    ).split()
)
# Words that name anything: better than nothing, worse than everything else.
_EMPTY = frozenset(
    (
        "内容 名单 单位 东西 情况 问题 方面 意见 建议 希望 想法 废话 下文 结果 事情 地方 部分 办法 原因 "
        "thing things way ways lot lots bit list post people person problem problems issue issues idea ideas suggestion"
    ).split()
)
_EMPTY_WEIGHT = 0.1
_NAMING_TAGS = ("n", "vn", "j", "l", "an")
_TELLING_TAGS = ("a", "b", "s", "f")
# How a question, a wish or a judgement begins, whatever part of speech the tagger takes it for.
_ASKING = ("不", "没", "太", "很", "能", "可", "会", "想", "要", "问", "有", "最")


def phrases(text: str, lang: Language, vocabulary: Vocabulary = NONE) -> frozenset[str]:
    """What a text could be called by: its noun phrases, telling words and pairs of them, and an organisation's words.

    A word that says nothing in that organisation is left out.
    """
    text = text[:_READ]
    if lang == "en":
        found, named = noun_phrases(text, lang), _english_words(text)
    else:
        words_of_text = tagged(text, vocabulary)
        found, named = named_in(words_of_text), _chinese_words(words_of_text)
    named |= {phrase for phrase in found if len(phrase) <= _LONGEST[lang]}
    named |= {text[start:end] for start, end in vocabulary.spans(text)}
    return frozenset(
        phrase
        for phrase in named
        if phrase not in _TIMES and not _COUNTED.match(phrase) and not vocabulary.says_nothing(phrase)
    )


def label_terms(
    inside: Sequence[Collection[str]], everywhere: Counter[str], total: int, count: int = 5
) -> tuple[str, ...]:
    """The phrases that set a group apart, best first.

    `inside` holds the phrases of each text of the group, `everywhere` in how many of all `total` texts each occurs. A
    phrase scores by its share in the group to the power 0.75, by how much likelier it is there than elsewhere, and by
    its length.
    """
    found = Counter(phrase for phrases_of_one in inside for phrase in phrases_of_one)
    size = len(inside)
    least = min(2, max(1, size // 2))
    scored = sorted(
        (-_worth(phrase, number, size, everywhere[phrase], total), phrase)
        for phrase, number in found.items()
        if number >= least
    )
    return _unlike((phrase for worth, phrase in scored if worth < 0), count)


def _worth(phrase: str, number: int, size: int, everywhere: int, total: int) -> float:
    inside = (number + 0.5) / (size + 1)
    outside = (max(everywhere - number, 0) + 0.5) / (max(total - size, 0) + 1)
    return inside**0.75 * max(0.0, math.log(inside / outside)) * _length_weight(phrase)


def _length_weight(phrase: str) -> float:
    if phrase in _EMPTY:
        return _EMPTY_WEIGHT
    if HAN.search(phrase):
        return 1.0 + 0.12 * (min(len(phrase), 6) - 2)
    return 1.0 + 0.25 * (min(len(phrase.split()), 3) - 1)


def _unlike(ranked: Iterable[str], count: int) -> tuple[str, ...]:
    """The first ranked phrases, those left out that mostly repeat a better one."""
    kept: list[str] = []
    for phrase in ranked:
        if len(kept) == count:
            break
        if not any(_alike(phrase, better) for better in kept):
            kept.append(phrase)
    return tuple(kept)


def _alike(phrase: str, other: str) -> bool:
    if phrase in other or other in phrase:
        return True
    parts, others = (set(phrase), set(other)) if HAN.search(phrase) else (set(phrase.split()), set(other.split()))
    return len(parts & others) >= _OVERLAP * min(len(parts), len(others))


def _chinese_words(words_of_text: Sequence[tuple[str, str]]) -> set[str]:
    """Words that name something, and pairs of them or of a word that tells which with one."""
    stop = stopwords("zh")
    found = [(word, tag) if len(word) > 1 and word not in stop else ("", "") for word, tag in words_of_text]
    singles = {word for word, tag in found if _names(word, tag)}
    pairs = {
        first + second
        for (first, tag), (second, _) in pairwise(found)
        if second in singles
        and (first in singles or (tag.startswith(_TELLING_TAGS) and not first.startswith(_ASKING)))
        and len(first + second) <= _LONGEST_PAIR
    }
    return singles | pairs


def _names(word: str, tag: str) -> bool:
    naming = tag.startswith(_NAMING_TAGS) and not word.startswith(_ASKING)
    return bool(HAN.search(word)) and (naming or is_usual(word))


def _english_words(text: str) -> set[str]:
    stop = stopwords("en")
    found = words(text.lower().replace("’", "'"), "en")
    telling = [word for word in found if len(word) > 2 and word not in stop and "'" not in word and word.isalpha()]
    pairs = {f"{first} {second}" for first, second in pairwise(found) if first in telling and second in telling}
    return {*telling, *pairs}

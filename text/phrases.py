"""Noun phrases: what a text names, in the words a person would use for it."""

import re
from collections.abc import Sequence

from text.segment import HAN, WORDY, Language, tagged
from text.vocabulary import NONE, Vocabulary

_NOUN = ("n", "j", "l", "vn", "an", "i")
_LEADING = ("n", "j", "l", "i", "a", "b", "v", "f")
_NOT_LEADING_LETTERS = "dmfs"
_JUDGING = ("不", "没", "太", "很")
_LONGEST_RUN = 5
_LONGEST_PHRASE = 12
_EMPTY_CHINESE = frozenset(
    (
        "问题 情况 时候 时间 东西 地方 事情 领导 您好 你好 请问 书记 局长 市长 部门 有关 相关 希望 谢谢 大家 "
        "我们 你们 一个 有人 没人 个人 人员 方面 今天 明天 现在 目前 同志 师傅 别人 人家 本人 建议 意见 "
        "是不是 能不能 时候"
    ).split()
)
_EMPTY_ENGLISH = frozenset(
    (
        "i me my we our you your he she it they them this that these those who which what there here someone "
        "anyone everyone nobody something anything everything nothing thing things lot lots bit time times "
        "day days week weeks way one ones people person none n/a"
    ).split()
)
_LEADING_TAGS = ("DT", "PRP$", "PRP", "CD", "WDT", "WP", "EX", "PDT", "RB")
_INSIDE_TAGS = ("DT", "PRP$", "CD", "VBG", "VBN", "RB")


def noun_phrases(text: str, lang: Language, vocabulary: Vocabulary = NONE) -> list[str]:
    """The noun phrases of a text in order, English ones in lower case with a singular head."""
    return _english(text) if lang == "en" else named_in(tagged(text, vocabulary))


def named_in(words: Sequence[tuple[str, str]]) -> list[str]:
    """The noun phrases of Chinese words with their tags: maximal runs of modifiers and nouns, 2 to 12 characters."""
    found: list[str] = []
    run: list[tuple[str, str]] = []
    for word, tag in words:
        if not _joins_run(word, tag):
            _close_chinese(run, found)
            run = []
            continue
        if tag == "v" and run and run[-1][1].startswith("n"):
            _close_chinese(run, found)
            run = []
        run.append((word, tag))
        if len(run) == _LONGEST_RUN:
            _close_chinese(run, found)
            run = []
    _close_chinese(run, found)
    return found


def _joins_run(word: str, tag: str) -> bool:
    if not WORDY.search(word) or word in _EMPTY_CHINESE or word.startswith(_JUDGING):
        return False
    if len(word) == 1:
        return tag.startswith("n")
    return tag.startswith(_LEADING)


def _close_chinese(run: list[tuple[str, str]], found: list[str]) -> None:
    """Trim a run to begin with a modifier and end with a noun, and keep it when it names something."""
    while run and not run[-1][1].startswith(_NOUN):
        run = run[:-1]
    while run and run[0][1][:1] in _NOT_LEADING_LETTERS:
        run = run[1:]
    phrase = "".join(word for word, _ in run)
    names_something = any(tag.startswith(("n", "vn", "j", "l")) for _, tag in run)
    if names_something and 2 <= len(phrase) <= _LONGEST_PHRASE and HAN.search(phrase):
        found.append(phrase)


def _english(text: str) -> list[str]:
    """Noun chunks of the lexicon that ships inside TextBlob."""
    # TextBlob imports all of NLTK, which takes seconds: only English text pays for it.
    from textblob.en import parse

    found: list[str] = []
    for sentence in parse(_plain(text), collapse=False):
        run: list[tuple[str, str]] = []
        for word, tag, chunk, *_ in sentence:
            inside = chunk.endswith("NP") and (tag.startswith(("NN", "JJ")) or tag in _INSIDE_TAGS)
            if run and (not inside or chunk.startswith("B-")):
                _close_english(run, found)
                run = []
            if inside:
                run.append((word, tag))
        _close_english(run, found)
    return found


def _plain(text: str) -> str:
    """Slashes and curly quotes would come back from the chunker as something else."""
    return re.sub(r"[/|]", " ", text.replace("’", "'"))


def _close_english(run: list[tuple[str, str]], found: list[str]) -> None:
    from textblob.en.inflect import singularize

    while run and run[0][1] in _LEADING_TAGS:
        run = run[1:]
    while run and not run[-1][1].startswith("NN"):
        run = run[:-1]
    if not run:
        return
    spoken = [word.lower() for word, _ in run]
    if run[-1][1] == "NNS" and run[-1][0][:1].islower():
        spoken[-1] = singularize(spoken[-1])
    if len(spoken) > 1 or (spoken[0] not in _EMPTY_ENGLISH and len(spoken[0]) > 2):
        found.append(" ".join(spoken))

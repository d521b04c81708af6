"""Labels: the phrase by which a person would call a group of texts."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path

from text.phrases import named_in
from text.segment import HAN, Language, stopwords, tagged
from text.thesaurus import is_usual
from text.vocabulary import NONE, Vocabulary

_READ = 240
_LONGEST: dict[Language, int] = {"zh": 8, "en": 30}
_LONGEST_PAIR = 7
_OVERLAP = 0.6
_COUNTED = re.compile(
    r"[\d一二三四五六七八九十两几百半]+(?:个|次|天|年|月|点|把|副|句|件|台|趟|条|块|位|周|回|种|多|套|张)"
    r"|每(?:[个隔]|逢)?(?:天|日|周|星期|月|季度?|年|次|班)"
)
_TIMES = frozenset(
    (
        "时间 时候 小时 钟头 分钟 年月 日期 平时 晚上 早上 中午 夏天 冬天 周末 月底 年底 目前 "
        "白天 上午 下午 近日 近期 年前 "
        "time times minute minutes hour hours day days week weeks month months year years today yesterday tomorrow "
        "morning afternoon evening eight nine ten seven six five four three two one"
    ).split()
)
_EMPTY_WEIGHT = 0.1
_USUAL_WEIGHT = 1.15
_NAMING_TAGS = ("n", "vn", "j", "l", "an")
# Names of people, places and bodies: a label says what is the matter, not whose it is.
_PROPER_TAGS = ("nr", "ns", "nt")
_TELLING_TAGS = ("a", "b", "s", "f")
_ASPECT_TAGS = ("v", "vn", "a", "an", "i", "l")
_BETWEEN = frozenset("的 得 太 很 都 又 也 还 更 总 老 总是 老是 经常 严重 长期 被 没 不 了".split())
_SPOKEN_BETWEEN = frozenset("太 没 不".split())
# How a question, a wish or a judgement begins, whatever part of speech the tagger takes it for.
_ASKING = ("不", "没", "太", "很", "能", "可", "会", "想", "要", "问", "有", "最", "是")
# What stands where `text.mask` took out words that tell who is meant.
_MASKED = re.compile(r"〔[^〕]*〕|\[[a-z][a-z -]*\]|某某")
# How a letter to those in charge begins and ends.
_ADDRESSING = re.compile(r"尊敬|敬礼|领导|书记|恳请|请求|您好")
_NOUNS = ("NN", "NNS", "NNP", "NNPS")
_BEING = frozenset(
    "is are was were be been being has have had isn't aren't wasn't not n't always still too so very get gets got "
    "keeps kept never".split()
)
_ARTICLES = frozenset("a an the my our your his her their this that these those".split())
_JOINING = frozenset("in on for to from of at with by into new old".split())
_MOST_WORDS = 3


def phrases(text: str, lang: Language, vocabulary: Vocabulary = NONE) -> frozenset[str]:
    """What a text could be called by: its noun phrases, telling words and pairs of them, and an organisation's words.

    A word that says nothing in that organisation is left out, and what stands for a name that was masked.
    """
    text = _MASKED.sub("，" if lang == "zh" else " . ", text[:_READ])
    named = set(_english(text)) if lang == "en" else _chinese(text, vocabulary)
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


def names_anything(phrase: str) -> bool:
    """Whether a phrase could name a group about anything at all: 情况, problem."""
    return phrase in _listed("words") or phrase in _listed("verbs") or bool(_ADDRESSING.search(phrase))


def is_bare(phrase: str) -> bool:
    """Whether a phrase is one short word: it names a thing, and leaves open what about it."""
    return len(phrase) <= 3 if HAN.search(phrase) else " " not in phrase


def alike(phrase: str, other: str) -> bool:
    """Whether one of two phrases mostly repeats the other."""
    if phrase in other or other in phrase:
        return True
    parts, others = (set(phrase), set(other)) if HAN.search(phrase) else (set(phrase.split()), set(other.split()))
    return len(parts & others) >= _OVERLAP * min(len(parts), len(others))


def as_said(phrase: str, texts: Sequence[str]) -> str:
    """An English phrase in the number and with the capitals most texts give it in the middle of a sentence."""
    if HAN.search(phrase):
        return phrase
    found: Counter[str] = Counter()
    for text in texts:
        found.update(match[1] for match in _any_number(phrase).finditer(text))
    return min(found, key=lambda form: (-found[form], form)) if found else phrase


def said_together(term: str, other: str, texts: Sequence[str]) -> str:
    """The phrase two words make where texts have them side by side, two of them at least; else ""."""
    found: Counter[str] = Counter()
    for text in texts:
        match = _side_by_side(term, other).search(text)
        if match:
            kept = match[0].replace("的", "") if HAN.search(term) else _without_articles(match[0])
            found[kept] += 1
    best = min(found, key=lambda phrase: (-found[phrase], phrase), default="")
    return best if found[best] > 1 and len(best) <= _LONGEST["zh" if HAN.search(term) else "en"] else ""


def _without_articles(phrase: str) -> str:
    return " ".join(word for word in phrase.split() if word.lower() not in _ARTICLES)


@lru_cache(maxsize=2_000)
def _side_by_side(term: str, other: str) -> re.Pattern[str]:
    if HAN.search(term):
        first, second = re.escape(term), re.escape(other)
        return re.compile(f"{first}的?{second}|{second}的?{first}")
    first, second = _number(term), _number(other)
    between = rf"(?: (?:{'|'.join(sorted(_ARTICLES | _JOINING))}))* "
    return re.compile(rf"\b(?:{first}{between}{second}|{second}{between}{first})(?![\w-])", re.IGNORECASE)


def _worth(phrase: str, number: int, size: int, everywhere: int, total: int) -> float:
    inside = (number + 0.5) / (size + 1)
    outside = (max(everywhere - number, 0) + 0.5) / (max(total - size, 0) + 1)
    return inside**0.75 * max(0.0, math.log(inside / outside)) * _weight(phrase)


def _weight(phrase: str) -> float:
    """How readily a phrase is taken: one that names anything hardly, a long or a usual one sooner."""
    if names_anything(phrase):
        return _EMPTY_WEIGHT
    if HAN.search(phrase):
        usual = _USUAL_WEIGHT if is_usual(phrase) else 1.0
        return usual * (1.0 + 0.12 * (min(len(phrase), 6) - 2))
    return 1.0 + 0.25 * (min(len(phrase.split()), 3) - 1)


def _unlike(ranked: Iterable[str], count: int) -> tuple[str, ...]:
    """The first ranked phrases, those left out that mostly repeat a better one."""
    kept: list[str] = []
    for phrase in ranked:
        if len(kept) == count:
            break
        if not any(alike(phrase, better) for better in kept):
            kept.append(phrase)
    return tuple(kept)


def _chinese(text: str, vocabulary: Vocabulary) -> set[str]:
    """Words that name something, noun phrases, and pairs: which thing, what about it, what is done to it."""
    stop = stopwords("zh")
    spoken = tagged(text, vocabulary)
    singles = {word for word, tag in spoken if len(word) > 1 and word not in stop and _names(word, tag)}
    proper = {word for word, tag in spoken if tag.startswith(_PROPER_TAGS) and word not in singles}
    runs = {phrase for phrase in named_in(spoken) if len(phrase) <= _LONGEST["zh"]}
    runs = {phrase for phrase in runs if not any(name in phrase for name in proper)}
    return (runs - proper) | singles | set(_chinese_pairs(spoken, singles))


def _chinese_pairs(spoken: Sequence[tuple[str, str]], singles: set[str]) -> Iterator[str]:
    before, tag_before, between = "", "", ""
    for word, tag in spoken:
        if before and word in _BETWEEN:
            between += word if word in _SPOKEN_BETWEEN else ""
            continue
        pair = before + between + word
        if names_anything(before):
            before = ""
        if before and len(pair) <= _LONGEST_PAIR and len(word) > 1 - bool(between):
            which = tag_before.startswith(_TELLING_TAGS) and not before.startswith(_ASKING)
            named = word in singles and not between and (before in singles or which or _acts(before, tag_before))
            if named or (before in singles and _acts(word, tag)):
                yield pair
        kept = (len(word) > 1 and word not in stopwords("zh")) or word in singles
        before, tag_before, between = (word, tag, "") if kept else ("", "", "")


def _names(word: str, tag: str) -> bool:
    naming = tag.startswith(_NAMING_TAGS) and not tag.startswith(_PROPER_TAGS) and not word.startswith(_ASKING)
    return bool(HAN.search(word)) and (naming or is_usual(word))


def _acts(word: str, tag: str) -> bool:
    """Whether a word says what is done or what is wrong."""
    return tag.startswith(_ASPECT_TAGS) and not names_anything(word)


def _english(text: str) -> Iterator[str]:
    """Nouns in the singular, what describes them, what happened to them and what is done to them."""
    # TextBlob imports all of NLTK, which takes seconds: only English text pays for it.
    from textblob.en import parse

    for sentence in parse(re.sub(r"[/|]", " ", text.replace("’", "'")), collapse=False):
        run: list[str] = []
        verb, noun = "", ""
        for written, tag, *_ in sentence:
            word = written.lower()
            telling = len(word) > 1 and word.replace("-", "").isalpha() and word not in stopwords("en")
            if telling and tag in _NOUNS:
                run.append(_singular(word) if word.endswith("s") else word)
                yield from _noun_run(run)
                if verb and not names_anything(run[-1]):
                    yield " ".join([verb, *run][-_MOST_WORDS:])
                noun = run[-1]
            elif telling and tag == "JJ" and not names_anything(word):
                if noun and not names_anything(noun):
                    yield f"{noun} {word}"
                run, noun = [word], ""
            elif telling and tag.startswith("VB") and not names_anything(word):
                if noun and not names_anything(noun):
                    yield f"{noun} {word}"
                run, noun, verb = [], "", word if tag in ("VB", "VBP", "VBG") else ""
            else:
                run = []
                verb = verb if word in _ARTICLES else ""
                noun = noun if word in _BEING else ""


def _noun_run(run: Sequence[str]) -> Iterator[str]:
    yield run[-1]
    for size in range(2, min(len(run), _MOST_WORDS) + 1):
        phrase = " ".join(run[-size:])
        if len(phrase) <= _LONGEST["en"] and not any(map(names_anything, run[-size:])):
            yield phrase


@lru_cache(maxsize=50_000)
def _singular(word: str) -> str:
    from textblob.en.inflect import singularize

    # What only ends like a plural (bus, status, access, canvas) stays.
    return word if word.endswith(("ss", "us", "is", "as", "ws")) or len(word) < 4 else singularize(word)


@lru_cache(maxsize=2_000)
def _any_number(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!^)(?<![\w.!?-])({_number(phrase)})(?![\w-])", re.IGNORECASE)


def _number(phrase: str) -> str:
    """A pattern of an English phrase in either number."""
    return re.escape(phrase[:-1]) + r"(?:y|ies)" if phrase.endswith("y") else re.escape(phrase) + r"(?:e?s)?"


@cache
def _listed(name: str) -> frozenset[str]:
    """The words of a list of `lexicon/`."""
    path = Path(__file__).parent / "lexicon" / f"label_{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())

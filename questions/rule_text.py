"""Rules as people write them: `q1 == "a" and not (q5 contains "park") or count(q5) >= 2`.

    answered(q3)    q4.canteen <= 2    q1 in ("a", "b")    q7 >= q6    count(q5) == 0    q8.1 == "pay"

`and` binds tighter than `or`, `not` tightest. Values stand in quotes or are numbers; a bare name is another question.
Chinese punctuation and words are read as well: “ ” （ ） ， ＝ ≥ ≠ 且 或 非. A name that is also a word of the language
is written in brackets: `[in]`. `text` writes what `parse` reads, and nothing of the rule is lost between them.
"""

import json
import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from core.i18n import _
from questions.rules import OPERATORS, Compare, Either, Every, Not, Other, Rule

LONGEST, DEEPEST = 4000, 20
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
WORDS = {"and", "or", "not", "in", "contains", "answered", "count", "all", "any", "true", "false", "null"}
CHINESE = {"且": "and", "并且": "and", "或": "or", "或者": "or", "非": "not", "不": "not", "包含": "contains"}
QUOTES = {'"': '"”', "“": '”"', "”": '”"', "'": "'’‘", "‘": "’'", "’": "’'", "「": "」", "『": "』"}
SIGNS = {"=": "==", "≥": ">=", "≤": "<=", "≠": "!=", "<>": "!=", "&&": "and", "||": "or", "!": "not", "、": ","}
TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z_]))
      | (?P<word>[A-Za-z][A-Za-z0-9_]*|并且|或者|包含|[且或非不])
      | (?P<sign>==|!=|>=|<=|<>|&&|\|\||[=<>!≥≤≠()\[\],、.])""",
    re.X,
)
ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')


class RuleSyntax(ValueError):
    """Text that is no rule: what is wrong, and at which character (`column`, from 1)."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(_("Character %(column)s: %(problem)s", column=column, problem=message))
        self.message, self.column = message, column


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: `kind` is "name", "word", "sign", "value" or "end"; `column` counts from 1."""

    kind: str
    value: Any
    column: int


def parse(written: str) -> Rule:
    """Return the rule a text states; raise `RuleSyntax` with the place and the reason."""
    if len(written) > LONGEST:
        raise RuleSyntax(_("a rule has at most %(most)s characters", most=LONGEST), LONGEST + 1)
    return _Reader(written).whole()


def text(rule: Rule) -> str:
    """Return a rule as text that `parse` reads back as the same rule."""
    if isinstance(rule, (Every, Either)):
        word = "and" if isinstance(rule, Every) else "or"
        if len(rule.rules) < 2:
            return f"{'all' if word == 'and' else 'any'}({', '.join(text(part) for part in rule.rules)})"
        return f" {word} ".join(_inner(part, word) for part in rule.rules)
    if isinstance(rule, Not):
        return f"not {_inner(rule.rule, 'not')}"
    held = _reference(rule.item, rule.part)
    if rule.op == "answered":
        return f"answered({held})"
    subject = f"count({held})" if rule.count else held
    return f"{subject} {'not in' if rule.op == 'not_in' else rule.op} {_value(rule.value)}"


def _inner(rule: Rule, around: str) -> str:
    loose = isinstance(rule, (Every, Either)) and len(rule.rules) > 1
    bare = not loose or (around == "or" and isinstance(rule, Every))
    return text(rule) if bare else f"({text(rule)})"


def _reference(item: str, part: str) -> str:
    name = item if NAME.fullmatch(item) and item not in WORDS else f"[{item}]"
    if not part:
        return name
    return f"{name}.{part}" if PART.fullmatch(part) else f"{name}.{json.dumps(part, ensure_ascii=False)}"


def _value(value: Any) -> str:
    if isinstance(value, Other):
        return _reference(value.item, value.part)
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(_value, value))}{',' if len(value) == 1 else ''})"
    return json.dumps(value, ensure_ascii=False)


class _Reader:
    """Reads a rule by recursive descent; `at` is the token it stands at."""

    def __init__(self, written: str) -> None:
        self.written = written
        # Full-width letters, digits and signs become their plain twins, one for one: columns stay true.
        self.plain = "".join(chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else sign for sign in written)
        self.tokens = list(self._tokens())
        self.at = self.depth = 0

    def _tokens(self) -> Generator[Token, None, None]:
        place = 0
        while place < len(self.plain):
            if self.plain[place] in QUOTES:
                value, end = self._quoted(place)
                yield Token("value", value, place + 1)
                place = end
                continue
            found = TOKEN.match(self.plain, place)
            if found is None:
                raise RuleSyntax(_("“%(sign)s” is not understood here", sign=self.written[place]), place + 1)
            before, place = place, found.end()
            said = found.group()
            if found.lastgroup == "number":
                yield Token("value", float(said) if re.search(r"[.eE]", said) else int(said), before + 1)
            elif found.lastgroup == "word":
                word = CHINESE.get(said, said)
                yield Token("word" if word.lower() in WORDS else "name", word, before + 1)
            elif found.lastgroup == "sign":
                sign = SIGNS.get(said, said)
                yield Token("word" if sign in WORDS else "sign", sign, before + 1)
                if said == ".":
                    place = yield from self._part(place)
                elif said == "[":
                    place = yield from self._bracketed(place)
        yield Token("end", "", len(self.plain) + 1)

    def _part(self, place: int) -> Generator[Token, None, int]:
        """Take the name of a row after a dot: it may begin with a digit and hold dots and hyphens."""
        found = PART.match(self.plain, place)
        if found is not None:
            yield Token("name", found.group(), place + 1)
        return found.end() if found else place

    def _bracketed(self, place: int) -> Generator[Token, None, int]:
        end = self.written.find("]", place)
        if end < 0:
            raise RuleSyntax(_("“[” is never closed"), place)
        yield Token("name", self.written[place:end].strip(), place + 1)
        return end

    def _quoted(self, start: int) -> tuple[str, int]:
        closing, found, place = QUOTES[self.plain[start]], [], start + 1
        while place < len(self.written):
            sign = self.written[place]
            escape = ESCAPE.match(self.written, place)
            if escape is not None:
                found.append(json.loads(f'"{escape.group()}"'))
                place = escape.end()
            elif self.plain[place] in closing and (sign != "”" or self.plain[start] != '"' or self._curled(start)):
                return "".join(found), place + 1
            else:
                found.append(sign)
                place += 1
        raise RuleSyntax(_("the quotation mark is never closed"), start + 1)

    def _curled(self, start: int) -> bool:
        """Say whether a straight opening mark may be closed by a curled one, for want of another straight one."""
        return '"' not in self.plain[start + 1 :]

    def whole(self) -> Rule:
        rule = self.either()
        if self.here.kind != "end":
            raise self.wrong(_("“and”, “or” or the end of the rule is expected here"))
        return rule

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def wrong(self, message: str) -> RuleSyntax:
        return RuleSyntax(message, self.here.column)

    def met(self, *values: str) -> str:
        """Step over one of these words or signs and return it, or return ""."""
        here = self.here
        said = str(here.value).lower() if here.kind == "word" else here.value
        if here.kind in ("word", "sign") and said in values:
            self.at += 1
            return str(said)
        return ""

    def need(self, sign: str) -> None:
        if not self.met(sign):
            raise self.wrong(_("“%(sign)s” is expected here", sign=sign))

    def either(self) -> Rule:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(_("the rule is nested too deeply"))
        rules = [self.every()]
        while self.met("or"):
            rules.append(self.every())
        self.depth -= 1
        return rules[0] if len(rules) == 1 else Either(tuple(rules))

    def every(self) -> Rule:
        rules = [self.single()]
        while self.met("and"):
            rules.append(self.single())
        return rules[0] if len(rules) == 1 else Every(tuple(rules))

    def single(self) -> Rule:
        turns = 0
        while self.met("not"):
            turns += 1
        rule = self.group()
        if turns > DEEPEST:
            raise self.wrong(_("the rule is nested too deeply"))
        for _turn in range(turns):
            rule = Not(rule)
        return rule

    def group(self) -> Rule:
        if self.met("("):
            rule = self.either()
            self.need(")")
            return rule
        together = self.met("all", "any")
        if not together:
            return self.comparison()
        rules: list[Rule] = []
        self.need("(")
        while not self.met(")"):
            if rules:
                self.need(",")
            rules.append(self.either())
        return Every(tuple(rules)) if together == "all" else Either(tuple(rules))

    def comparison(self) -> Rule:
        asked = self.met("answered", "count")
        if asked:
            self.need("(")
            item, part = self.reference()
            self.need(")")
            if asked == "answered":
                return Compare(item, "answered", None, part)
        else:
            item, part = self.reference()
        op = self.met(*OPERATORS)
        if self.met("not"):
            self.need("in")
            op = "not_in"
        if not op:
            raise self.wrong(_("a comparison such as == or >= is expected here"))
        return Compare(item, op, self.value(), part, asked == "count")

    def reference(self) -> tuple[str, str]:
        bracketed = self.met("[")
        if self.here.kind != "name" or not self.here.value:
            raise self.wrong(_("the name of a question is expected here"))
        item = str(self.here.value)
        self.at += 1
        if bracketed:
            self.need("]")
        if not self.met("."):
            return item, ""
        if self.here.kind not in ("name", "value"):
            raise self.wrong(_("the name of a row is expected here"))
        part = str(self.here.value)
        self.at += 1
        return item, part

    def value(self) -> Any:
        if not self.met("("):
            return self.plain_value(others=True)
        values: list[Any] = []
        while not self.met(")"):
            if values:
                self.need(",")
                if self.met(")"):
                    break
            values.append(self.plain_value())
        return tuple(values)

    def plain_value(self, *, others: bool = False) -> Any:
        here = self.here
        if here.kind == "value":
            self.at += 1
            return here.value
        said = self.met("true", "false", "null")
        if said:
            return {"true": True, "false": False, "null": None}[said]
        if others and (here.kind == "name" or here.value == "["):
            return Other(*self.reference())
        raise self.wrong(_("a value in quotation marks or a number is expected here"))

"""Conditions as other tools write them (XPath of XLSForm, ExpressionScript of LimeSurvey), read into one tree."""

import re
from dataclasses import dataclass

from core.i18n import _

DEPTH = 40
LONGEST = 8000
TOKEN = re.compile(
    r"""\s*(?:
      (?P<ref>\$\{[^{}]*\})
    | (?P<text>'[^']*'|"[^"]*")
    | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+))
    | (?P<name>[^\W\d][\w:-]*(?:\.[^\W\d][\w-]*)*|_[\w:-]*)
    | (?P<op>&&|\|\||==|!=|<>|>=|<=|=|>|<|!|\(|\)|,|\+|-|\*|/|\.)
    )""",
    re.VERBOSE,
)
COMPARING = {"=": "==", "==": "==", "!=": "!=", "<>": "!=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
WORDS = {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
MATHS = ("+", "-", "*", "/", "div", "mod")


class Broken(ValueError):
    """The condition is not well formed; the message says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a condition.

    `kind`: "ref" (another answer), "bare" (a name without ${}), "text", "number", "dot" (the answer itself),
    "call" (`word` names the function), "compare" (`word` is the operator), "maths", "and", "or", "not".
    """

    kind: str
    word: str = ""
    parts: tuple["Node", ...] = ()


def parse(text: str) -> Node:
    """Return the tree of a condition; raise `Broken`."""
    if len(text) > LONGEST:
        raise Broken(_("it is too long"))
    parser = _Parser(_tokens(text))
    tree = parser.either(0)
    if parser.at < len(parser.tokens):
        raise Broken(_("“%(part)s” is not expected there", part=parser.tokens[parser.at][1]))
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " "}).rstrip()
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise Broken(_("“%(part)s” is not understood", part=text[at : at + 20].strip()))
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        at = match.end()
    if not found:
        raise Broken(_("it is empty"))
    return found


class _Parser:
    """A recursive descent: or, and, not, comparison, sum, part."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        if token[0] == "end":
            raise Broken(_("it ends too early"))
        self.at += 1
        return token

    def word(self, *among: str) -> str:
        kind, text = self.peek()
        if kind in ("op", "name") and text.lower() in among:
            self.at += 1
            return text.lower()
        return ""

    def expect(self, wanted: str) -> None:
        kind, text = self.take()
        if kind != "op" or text != wanted:
            raise Broken(_("“%(wanted)s” is missing before “%(part)s”", wanted=wanted, part=text))

    def either(self, depth: int) -> Node:
        if depth > DEPTH:
            raise Broken(_("it is nested too deeply"))
        parts = [self.every(depth)]
        while self.word("or", "||"):
            parts.append(self.every(depth))
        return parts[0] if len(parts) == 1 else Node("or", "", tuple(parts))

    def every(self, depth: int) -> Node:
        parts = [self.turned(depth)]
        while self.word("and", "&&"):
            parts.append(self.turned(depth))
        return parts[0] if len(parts) == 1 else Node("and", "", tuple(parts))

    def turned(self, depth: int) -> Node:
        if depth > DEPTH:
            raise Broken(_("it is nested too deeply"))
        if self.peek() == ("op", "!"):
            self.at += 1
            return Node("not", "", (self.turned(depth + 1),))
        return self.comparison(depth)

    def comparison(self, depth: int) -> Node:
        left = self.sum(depth)
        while True:
            kind, text = self.peek()
            op = COMPARING.get(text) if kind == "op" else WORDS.get(text.lower()) if kind == "name" else None
            if op is None:
                return left
            self.at += 1
            left = Node("compare", op, (left, self.sum(depth)))

    def sum(self, depth: int) -> Node:
        left = self.part(depth)
        while op := self.word(*MATHS):
            left = Node("maths", op, (left, self.part(depth)))
        return left

    def part(self, depth: int) -> Node:
        kind, text = self.take()
        if kind == "ref":
            return Node("ref", text[2:-1].strip())
        if kind == "text":
            return Node("text", text[1:-1])
        if kind == "number":
            return Node("number", text)
        if kind == "name" and text.lower() not in ("and", "or"):
            return self.named(text, depth)
        if text == "(":
            inside = self.either(depth + 1)
            self.expect(")")
            return inside
        if text == ".":
            return Node("dot")
        if text in ("-", "+"):
            inner = self.part(depth)
            if inner.kind == "number":
                return Node("number", text.strip("+") + inner.word)
            return Node("maths", text, (inner,))
        raise Broken(_("“%(part)s” is not expected there", part=text))

    def named(self, text: str, depth: int) -> Node:
        if self.peek() != ("op", "("):
            return Node("bare", text)
        self.at += 1
        parts = []
        if self.peek() != ("op", ")"):
            parts.append(self.either(depth + 1))
            while self.word(","):
                parts.append(self.either(depth + 1))
        self.expect(")")
        if text.lower() == "not" and len(parts) == 1:
            return Node("not", "", tuple(parts))
        return Node("call", text.lower(), tuple(parts))

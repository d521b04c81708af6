"""Where to go on and when to ask, told in words beside a question: 选A请跳到第5题, 依赖于第3题第1个选项."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from surveys.formats.text_lines import whole

END = "end"
BEFORE = -1  # as the number of a question: the one above, of which “If yes, ...” speaks
REST = "*"  # as the option of a jump: all that no other jump of the question names
RESTING = re.compile(
    r"(?:其余|其他|其它|否则|otherwise|(?:all )?(?:the )?others?)(?:选项|人员|情况|者|的|options|answers)?", re.I
)
QUESTION = (
    r"(?:第\s*(?P<{0}>\d{{1,3}}|[一二三四五六七八九十]{{1,3}})\s*[题題问問]"
    r"|(?:第|question|q\.?|题目?)?\s*(?P<{0}c>\d{{1,2}}\.\d{{1,2}}|(?<![A-Za-z0-9])[A-PR-Z]\d{{1,2}})(?![\d.])(?:\s*[题題])?"
    r"|(?:question|q\.?|题目?)\s*(?P<{0}q>\d{{1,3}})(?:\s*题)?)"
)
TO = QUESTION.format("to")
OF = QUESTION.format("of")
GO = (
    r"(?:跳[转轉]?(?:至|到|过到|過到|答)?|转[至到](?:答)?|轉至|直接(?:回答|作答|做|填写|进入|到|至)"
    r"|请(?:直接)?(?:回答|作答|答|做|填写|进入|到|至|转)"
    r"|继续(?:回答|作答|答)|进入|→|⇒|->|=>|-->|—>|(?:please )?(?:go|skip|jump"
    r"|move|proceed|continue|turn)(?: directly| straight)?(?: on| "
    r"ahead)? (?:to|with|at))"
)
TARGET = re.compile(rf"{GO}\s*[:：]?\s*(?:{TO}|(?P<bare>\d{{1,3}})(?:\s*题|\s*[)）.。\]】]?\s*$))", re.I)
FINISH = re.compile(
    r"(?:(?:直接|请|則|则)?(?:结束|結束|终止|終止|停止)(?:本次)?(?:问卷|問卷|作答|答题|调查|访问"
    r"|回答)?|(?:问卷|調查|调查)(?:到此)?结束"
    r"|跳[转]?[到至](?:问卷)?(?:末尾|最后|结尾|结束)|直接提交(?:问卷|答卷)?|提交(?:问卷|答卷)"
    r"|(?:go|skip|jump) to (?:the )?end(?: of (?:the )?(?:survey"
    r"|questionnaire))?"
    r"|end (?:of )?(?:the |this )?(?:survey|questionnaire|interview)|(?:please )?submit(?: the (?:survey"
    r"|form))?|thank and close)",
    re.I,
)
LEAD = re.compile(
    r"^(?:注|提示|备注|说明|逻辑|跳题(?:逻辑)?|跳转(?:逻辑)?|显示(?:条件|逻辑)|题目关联|关联(?:逻辑)?"
    r"|logic|note)?[:：]?\s*+"
    r"(?:如果?|若|凡(?:是)?|当|倘若|假如|if|those who|for those who)?\s*+(?:您|你"
    r"|回答者|受访者|you(?:r answer is| have)?|respondents?)?\s*+(?:在|对"
    r"|对于)?\s*+(?:本题|此题|this question|the answer is)?(?:中)?\s*+"
    r"(?:的?回答(?:是|为)?|选择?(?:了|项)?(?:为|是)?|選擇?|答案(?:是|为)|答|勾选了?|chose"
    r"|choose|answered|answer|selected|select|ticked|said|say"
    r"|is)?\s*+[:：=]?\s*+",
    re.I,
)
TRAIL = re.compile(
    r"\s*(?:的?(?:人员?|者|同志|党员|员工|朋友)?|時|时|后)?\s*[,，、:：]?\s*(?:则|請|请|需|须"
    r"|均|then|please)*(?:直接)?\s*$",
    re.I,
)
SHOW_BEFORE = re.compile(  # 依赖于第3题第1个选项; 第3题选“是”的请回答; Q1 = yes
    rf"(?:.*?(?:依赖(?:于)?|关联(?:于)?|显示条件|当|如果?|若|仅(?:在)?|只有|在|关联逻辑|if"
    rf"|only if|ask if)?)\s*[:：]?\s*[“\"\[]?{OF}[”\"\]]?\s*(?:中|里"
    rf"|的)?\s*"
    r"(?:选择?(?:了|项)?(?:为|是)?|選擇?|的?回答(?:是|为)?|答案?(?:是|为)?|答(?:了)?|勾选了?"
    r"|的|=+|is|answered|:|：)?\s*(?P<what>.+)",
    re.I,
)
SHOW_AFTER = re.compile(
    rf"(?:.{{0,80}}?\b(?:if|only if|those who)\b)\s*(?:you\s*)?(?:answered|chose|selected|said|ticked|choose"
    rf"|answer)?\s*(?P<what>.{{1,80}}?)\s*(?:to|in|for|at|on)\s*{OF}.*",
    re.I,
)
FOLLOWING = re.compile(  # If yes, ...; If you chose “other”, ...; 如果选“是”，...; 若不满意，...
    r"[(（]?(?:if|when)\s+(?:(?P<told>you(?:r answer)?\s+(?:(?:have|is|was|are)\s+)?(?:answered|said|chose|selected"
    r"|ticked|checked|replied)?)\s+)?[\"“'‘]?(?P<en>[A-Za-z][A-Za-z ]{0,30}?)[\"”'’]?\s*[,:，：)）\-–—]\s*(?P<rest>.*)"
    r"|[(（]?(?:如果?|若|倘若|假如)(?:您|你)?(?:(?:在)?(?:上一?题|前一?题|本题|此题)中?)?"
    r"(?P<chose>的?(?:选择?了?|選擇?|回答|答案|答|选项)(?:为|是|了)?(?:选项)?)?\s*[“\"「]?(?P<zh>[^“”\"「」，,：:。；;？?（）()]{1,14}?)[”\"」]?"
    r"(?:的话|[者时]|项|的)?\s*[，,：:）)]\s*(?P<after>.*)",
    re.I,
)
EXPLAIN = re.compile(
    r"please (?:explain|specify|describe|state|give|tell|indicate|list|say|provide|comment)"
    r"|\b(?:why|what|which|how|when|where)\b"
    r"|请(?:您)?(?:简要|具体)?(?:说明|注明|写明|填写|列出|简述|描述|写出|谈谈|回答)|原因|理由",
    re.I,
)
PREVIOUS = re.compile(
    r"(?:如果?|若|凡)?(?:您|你)?(?:在)?(?:上一?题|前一?题|上题)(?:中)?(?:选择?(?:了)?|回答(?:是|为)?|答)\s*(?P<what>.+)"
)
SHOWING = re.compile(
    r"(?:时)?\s*(?:的?(?:人员?|者|同志|党员)?)?\s*[,，]?\s*(?:才|请|则|須"
    r"|需)?(?:继续)?(?:显示|出现|展示|作答|回答|填写|填|答|做)(?:本题|此题|该题"
    r"|以下问题)?(?:[。.])?$|时$|(?:the following)$",
    re.I,
)
LOGICAL = re.compile(
    r"跳[至到转过答]|跳题|依赖(?:于)?第|依赖于|关联(?:于|第|逻辑)|题目关联|显示条件|(?:skip|jump) "
    r"to|go to (?:question|q\.?\s*\d|the end)|"
    r"(?:如果?|若|凡)?选.{0,14}(?:请|直接).{0,6}第"
    r"|第\s*\d+\s*[题題].{0,4}选.{0,24}(?:答|填|者|显示|出现|时)|结束问卷|终止作答|end (?:of "
    r")?(?:the )?survey|→\s*第|→\s*q?\d|\byou (?:answered|chose"
    r"|selected|said|ticked)\b.*\b(?:question|q)\.?\s*\d|\bq\d+\s*(?:选"
    r"|=)|(?:上一?题|前一题).{0,3}(?:选|答)|(?:当|若|如果?|仅)第\s*\d+\s*[题題]",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at the question with a printed number (or END) when one of these options was chosen; none: always."""

    options: tuple[str, ...]
    to: int | str
    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Show:
    """Ask only when one of these options of the question with a printed number was chosen; 0: the one before."""

    question: int
    options: tuple[str, ...]
    line: int
    words: str
    sure: bool = True  # it can be nothing else, so that it is to be told when it is not clear


def logical(words: str) -> bool:
    """Say whether words speak of where to go on or when to ask."""
    return bool(LOGICAL.search(words) or (TARGET.search(words) and re.search(r"跳|转|→|->|go|skip|jump", words, re.I)))


def target(words: str) -> int | str | None:
    """Return the printed number of the question that words send to, END, or None."""
    match = TARGET.search(words)
    if match:
        found = match.groupdict()
        return whole(found["to"] or found["toc"] or found["toq"] or found["bare"])
    return END if FINISH.search(words) else None


def jumps(words: str, line: int) -> tuple[Jump, ...]:
    """Return the jumps a hint tells, () when it cannot be understood as a whole."""
    found = []
    for part in re.split(r"[;；。]|[,，](?=\s*(?:选|若|如|if|其余|其他|其它|否则|otherwise|others?\b))", words):
        if not part.strip():
            continue
        match = TARGET.search(part) or FINISH.search(part)
        to = target(part)
        if match is None or to is None or re.sub(r"[\s。.)）\]】!！]+|继续|开始|作答|回答", "", part[match.end() :]):
            return ()
        before = TRAIL.sub("", LEAD.sub("", part[: match.start()].strip(" (（[【")))
        options = (REST,) if RESTING.fullmatch(before.strip()) else chosen(before)
        if before.strip() and not options:
            return ()
        found.append(Jump(options, to, line, words))
    return tuple(found)


def show(words: str, line: int) -> Show | None:
    """Return when a question is asked, or None when the hint cannot be understood."""
    words = words.strip(" ()（）[]【】*。")
    match = PREVIOUS.fullmatch(words)
    if match:
        options = chosen(SHOWING.sub("", match["what"]))
        return Show(0, options, line, words) if options else None
    for pattern in (SHOW_AFTER, SHOW_BEFORE):
        match = pattern.fullmatch(words)
        if match:
            number = whole(match["of"] or match["ofc"] or match["ofq"])
            options = chosen(TRAIL.sub("", SHOWING.sub("", match["what"])))
            return Show(number, options, line, words) if options and number else None
    return None


def chosen(words: str) -> tuple[str, ...]:
    """Return the options some words name: letters, "#2" for the second, or their own words."""
    words = words.strip(" ,，:：、的")
    match = re.fullmatch(r"第\s*([\d;；,，、和或及\s]+)\s*(?:个|项)?(?:选项|答案|项)?", words)
    if match:
        return tuple(f"#{number}" for number in re.findall(r"\d+", match[1]))
    if re.fullmatch(r"[①②③④⑤⑥⑦⑧⑨⑩](?:\s*[、,，/和或及]?\s*[①②③④⑤⑥⑦⑧⑨⑩])*", words):
        return tuple(f"#{whole(part)}" for part in re.findall(r"[①②③④⑤⑥⑦⑧⑨⑩]", words))
    words = re.sub(r"^(?:选项|option|answers?)\s*", "", words, flags=re.I)
    words = re.sub(r"(?:选项|项|任[一意]项|中的任何一项)$", "", words)
    quoted = re.findall(r"[“\"'‘「『]([^”\"'’」』]+)[”\"'’」』]", words)
    if quoted:
        return tuple(part.strip() for part in quoted)
    if re.fullmatch(r"[A-Za-z](?:\s*(?:[、,，/和或及与]|or|and|\s)\s*[A-Za-z])*", words):
        return tuple(part.upper() for part in re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", words))
    if re.fullmatch(r"[A-Z]{2,6}", words):
        return tuple(words)
    match = re.fullmatch(r"([A-Z])\s*[-~—至到]\s*([A-Z])", words)
    if match:
        return tuple(chr(code) for code in range(ord(match[1]), ord(match[2]) + 1))
    parts: Sequence[str] = re.split(r"\s*(?:、|/|或者?|\bor\b)\s*", words) if words else ()
    return tuple(part.strip() for part in parts if part.strip()) if all(len(part) <= 40 for part in parts) else ()


def follow(title: str, line: int) -> tuple[Show, str] | None:
    """Return the condition a question begins with, speaking of the one above, and its words without it.

    The words stay whole where the condition reads as part of the sentence (If no, why not?).
    """
    match = FOLLOWING.fullmatch(title)
    if not match or not (match["rest"] or match["after"] or "").strip():
        return None
    said = match["en"] or match["zh"]
    options = chosen(said)
    if not options or (match["en"] and len(said.split()) > 3 and not match["told"]):
        return None
    known = said.lower() in ("yes", "no", "not", "so", "是", "否", "有", "无", "没有")
    condition = title[: match.start("rest" if match["en"] else "after")]
    rest = (match["after"] or "").strip()
    told = bool(re.search(r"[)）]\s*$", condition) and title[0] in "(（") or bool(re.search(r"[:：]\s*$", condition))
    lead = re.match(r"(?:请|請)(?:继续)?(?:回答|作答|填写)\s*[:：]\s*(?=\S)", rest)
    words = rest[lead.end() :] if lead else rest if told and rest else title
    return Show(BEFORE, options, line, condition, sure=known or bool(match["told"] or match["chose"])), words

"""How a pasted questionnaire ends: thanks, signatures, the day and the house that sent it."""

import re
from collections.abc import Sequence

from surveys.formats.text_hints import tags
from surveys.formats.text_lines import EMPTY, Line, numbering
from surveys.formats.text_sights import QUESTION, RULE, SECTION, Block, look

CLOSING = re.compile(
    r".{0,16}(?:感谢|感謝|谢谢|謝謝|再次感谢|衷心感谢|非常感谢|(?:问卷|调查|答题|填写)(?:到此"
    r"|已经?)?(?:结束|完毕|完成)|thank you|thanks for|end of (?:the "
    r")?(?:survey|questionnaire)|please return (?:this|the|your|it)\b|祝您|祝你|结束语|结语).*",
    re.I,
)
CN_DIGITS = "〇零一二三四五六七八九十"
DAY = rf"(?:\d{{2,4}}|[{CN_DIGITS}]{{4}}|[_\s]{{2,}})\s*年\s*[\d_\s{CN_DIGITS}]*月\s*[\d_\s{CN_DIGITS}]*[日号]?"
SIGNER = r"(?:填[表写报]人|测评人|评议人|调查员|访问员|访员|记录人|审核人|负责人|经办人|本人|员工|职工|家长|受访者)?\s*"
SIGNING = re.compile(
    rf"(?:{SIGNER}[(（]?(?:签[名字章]|盖章|公章)[)）]?|(?:填[表写报]|调查|评议)?日期|(?:单位|部门)\s*[(（](?:盖章|公章)[)）]"
    r"|填表人|(?:调查员|访问员|访员)(?:姓名|编号)?|signature|date|signed(?: by)?)\s*[:：]"
    rf"\s*(?:[_\s]*(?:{DAY})?[_\s]*)",
    re.I,
)
DATED = re.compile(rf"\s*(?:{DAY}|\d{{4}}[-./]\d{{1,2}}[-./]\d{{1,2}})\s*")
SENDER = re.compile(
    r".{2,30}(?:部|处|室|会|局|办|公司|中心|支部|委员会|工会|小组|组|学校|学院|医院|社区|集团|厂|站|所|队|團|委|系)"
)


def signed(lines: Sequence[Line]) -> int:
    """Return how many lines at the end only sign: names to sign with, a day, the house above it."""
    count = dated = 0
    for line in reversed(lines):
        text = line.text.strip()
        if numbering(text, ("q", "dot", "paren", "wrapped")) and not DATED.fullmatch(text):
            break
        if DATED.fullmatch(text):
            dated = 1
        elif re.fullmatch(rf"(?:\s*{SIGNING.pattern})+", text, re.I):
            dated = dated
        elif dated == 1 and SENDER.fullmatch(text) and (line.gap or line.indent > 3):
            dated = 2
        else:
            break
        count += 1
    return count if count < len(lines) else 0


def closing(blocks: list[Block]) -> list[Line]:
    """Take the words of thanks off the last question."""
    if not blocks:
        return []
    body = blocks[-1].body
    last = blocks[-1]
    alone = last.kind == QUESTION and not last.number and not body and not tags(last.line.text).tagged
    if alone and CLOSING.fullmatch(last.line.text):
        return [blocks.pop().line]
    taken: list[Line] = []
    for place, line in enumerate(body):
        sight = look(line)
        if CLOSING.fullmatch(line.text) and not sight.marked and not sight.ticks and not EMPTY.match(line.text):
            taken = body[place:]
            del body[place:]
            break
    while (
        blocks
        and not blocks[-1].body
        and (blocks[-1].kind == RULE or (blocks[-1].kind == SECTION and CLOSING.fullmatch(blocks[-1].line.text)))
    ):
        taken.insert(0, blocks.pop().line)
    return taken

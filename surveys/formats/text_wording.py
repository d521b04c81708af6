"""What the words of a question without options tell about its answer: a number, a day, a few words, many words."""

import re
from typing import Any

LONG = re.compile(
    r"建[议議]|意[见見]|看法|想法|感受|原因|理由|为什么|為什麼|谈谈|談談|简述|簡述|心得|体会|體會|困[难難]"
    r"|[诉訴需]求|要求|[说說]明|描述|评价|反映|期[望待]|希望|补充|留言|想说|说的话|写下"
    r"|suggest|comment|remarks?\b|\bwhy\b|describe|explain|feedback|improve|opinion|thoughts|tell us|anything else"
    r"|recommendations?\b|in your own words|\bshare\b|\bideas?\b|\btell\b|\bconcerns?\b|\breasons?\b",
    re.I,
)
ASKING = re.compile(
    r"如何|怎[样樣么麼]|哪些|什么|什麼|[?？]|\bhow (?:can|could|do|does|did|would|should|well)\b|\bwhat\b|\bwhich\b",
    re.I,
)
LABEL = re.compile(
    r"姓名|部[门門]|[单單]位|[岗崗]位|职[务称業业位]|電話|电话|手机|邮箱|[编編]号|工号|班[组組]|地址|籍贯"
    r"|民族|专业|车间|城市|name|department|job|position|title|phone|e-?mail"
    r"|company|city|occupation",
    re.I,
)
COUNT = re.compile(
    r"(?:年[龄齡]|工[龄齡]|党[龄齡]|團齡|团[龄齡]|[岁歲][数數]?|年限|人[数數]|次[数數]|[数數]量"
    r"|金[额額]|身高|体重|里程|分[数數]|得分|多少|(?:多少)(?:年|[岁歲]|人|次|元|天|小时|分钟|[个個]"
    r"|公里|钱)|几(?:年|[岁歲]|人|次|元|天|小时|分钟|[个個]|公里|口人)"
    r"|第几|哪一?年)|how (?:many|old|much|long)\b|\bage\b|number of|years of",
    re.I,
)
UNITS = (
    r"周?[岁歲]|年|[个個]?月|天|小[时時]|分[钟鐘]|次|人|元|万元|[个個]|公里|公斤|斤|吨|平方米|平米|厘米"
    r"|支|瓶|杯|件|本|名|户|亩|口|场|篇|节|趟|台|辆|份|米|%|分|km|kg|years?(?: old)?|hours?|minutes?|days?"
    r"|weeks?|months?|times|people"
    r"|percent"
)
DATE = re.compile(
    r"日期|年月日|出生(?:年月|日期)|生日|入(?:[党黨]|职|團|团|会|伍|学|厂)(?:[时時][间間]|年月)"
    r"|参加工作(?:时间|年月)|哪一天|几月几[日号]|(?:什么|何)时候?(?:入党|参加工作|入职)"
    r"|\bdate\b|birthday|when did you (?:join|start)|which day",
    re.I,
)
CLOCK = re.compile(
    r"几点|[时時]刻|(?:上班|下班|到岗|起床|开始|結束|结束|出发|到达|就餐|用餐)[时時][间間](?!段)|what "
    r"time|time of day|start time|end time",
    re.I,
)
DATE_BLANK = re.compile(
    r"_+\s*/\s*_+\s*/\s*_+\s*$|_*\s*年\s*_+\s*月(?:\s*_+\s*[日号])?(?:\s*_+\s*[时時点點](?:\s*_+\s*分)?)?[。.]?$"
    r"|_+\s*月\s*_+\s*[日号](?:\s*_+\s*[时時点點](?:\s*_+\s*分)?)?[。.]?$"
)
TIME_BLANK = re.compile(r"_+\s*(?:时|時|点|點|:|：)\s*_+\s*分?[。.]?$")
UNIT_BLANK = re.compile(
    rf"^(?P<before>.*?)\s*[:：]?\s*(?:是|为|約|约|共)?\s*_{{2,}}\s*(?P<unit>{UNITS})\s*(?:以内|左右|以上|以下)?\s*[。.]?$",
    re.I,
)
NPS = re.compile(
    r"推[荐薦薦].*(?:可能|程度|意愿|[愿願]意|多大)|(?:可能|[愿願]意|多大).*推[荐薦]|net "
    r"promoter|NPS|likely.*recommend|recommend.*likely",
    re.I,
)
PLURAL = re.compile(r"哪些|哪几|那些|which of the following")
SORTING = re.compile(
    r"排序|排列|排个序|排出.{0,6}[顺次]序|依次(?:排|选)|\brank\b|order of (?:importance|preference|priority)", re.I
)
SHARING = re.compile(
    r"分配|\b(\d{2,4})\b.{0,60}?\b(?:distribute|allocate|divide)\b|(?:总和|合计|總和|合計|加总|之和).{0,6}(\d{2,4})|(?:distribute|allocate|divide)\b.*?(\d{2,4})",
    re.I,
)
GRADING = re.compile(
    r"以下(?:各|几)?(?:个)?(?:方面|项目?|内容|指标|说法|陈述|描述)|下列(?:各)?(?:方面|项目?|内容"
    r"|指标|说法)|各(?:方面|项|个方面)|逐项|rate (?:each of )?(?:the )?following"
    r"|the following\s*[?:(（]|following (?:aspects|statements|items"
    r"|areas)|each of the following",
    re.I,
)
PLAIN_UNIT = re.compile(r"[(（]\s*(?:单位[:：]?)?\s*(" + UNITS + r")\s*[)）]\s*$")
SPOKEN_SCALE = re.compile(
    r"scale (?:of|from) (\d{1,3})(?: \((?P<low>[^()]{1,40})\))? (?:to|-|–) (\d{1,3})(?: \((?P<high>[^()]{1,40})\))?"
    r"|(?:从|用"
    r"|以)?\s*(\d{1,3})\s*分?\s*(?:[-~～—–至到])\s*(\d{1,3})\s*分",
    re.I,
)
YES_NO = (("是", "否"), ("yes", "no"))


def of_text(title: str, raw: str, kind: str, lines: int) -> tuple[str, dict[str, Any]]:
    """Return the type of a question that is answered in writing, and its settings.

    `raw`: its words with blanks; `kind`: what a tag said ("text": a blank, "": nothing); `lines`: of room below.
    """
    if kind in ("short_text", "long_text", "date", "time", "number"):
        return kind, {}
    if DATE_BLANK.search(raw) or (DATE.search(title) and _short(title)):
        return "date", {}
    if TIME_BLANK.search(raw) or (CLOCK.search(title) and _short(title)):
        return "time", {}
    unit = UNIT_BLANK.match(raw) or PLAIN_UNIT.search(raw)
    if unit and len(title) <= (90 if title.isascii() else 60):
        return "number", {"unit": unit["unit"] if "unit" in unit.re.groupindex else unit[1]}
    if COUNT.search(title) and len(title) <= 60 and not LONG.search(title):
        return "number", {}
    if kind == "text":
        return ("long_text" if LONG.search(title) or lines > 1 else "short_text"), {}
    if LONG.search(title) or lines > 1:
        return "long_text", {}
    if LABEL.search(title) and len(title) <= 24 or len(re.findall(r"_{2,}", raw)) and not ASKING.search(title):
        return "short_text", {}
    return ("long_text" if ASKING.search(title) else "short_text"), {}


def _short(title: str) -> bool:
    return len(title) <= (60 if title.isascii() else 24)


def before_blank(raw: str) -> str:
    """Return a title without what belongs to its blank: 您的年龄是____岁 -> 您的年龄."""
    for pattern in (DATE_BLANK, TIME_BLANK):
        match = pattern.search(raw)
        if match and raw[: match.start()].strip(" :：_"):
            return raw[: match.start()].strip(" :：_")
    match = UNIT_BLANK.match(raw)
    return match["before"].strip() if match and match["before"].strip() else raw


def yes_no(words: list[str]) -> bool:
    """Say whether two options are just yes and no, in this order."""
    return tuple(word.strip("。. ").lower() for word in words) in YES_NO

"""What the words in brackets beside a question mean: its type, whether it must be answered, its limits."""

import re
from dataclasses import dataclass, field
from typing import Any

from surveys.formats.text_lines import NUMBER, whole

UNSUPPORTED = "unsupported"
TEXT, SLIDER, PAGE = "text", "slider", "page"  # a blank to be judged by its words; a slider; a page break

TAGS: tuple[tuple[str, str], ...] = (  # what stands in brackets, and the type it means; the first that fits
    (r"矩[阵陣].*多[选選].*|表格多[选選]|.*(checkbox|tick ?box|multiple answers?).*(grid|matrix)", "matrix_multi"),
    (r"(矩[阵陣]|表格).*(填空|文本|[简簡]答|文字).*|(text|open).*(grid|matrix)", "matrix_text"),
    (r"(矩[阵陣]|表格).*(滑[动動]|[数數]值|[数數]字|比重).*|number.*(grid|matrix)", "matrix_number"),
    (r"矩[阵陣].*|表格(单选|單選|下拉|量表)?|.*(grid|matrix)|[评評]价矩阵", "matrix"),
    (r"(多[级級]下拉|[级級][联聯]|[联聯][动動]|cascad).*", "cascade"),
    (
        r".*(文件|附件|上[传傳]|[图圖]片|照片|拍照|[签簽]名|[签簽]字|手[写寫]|定位|地理位置|位置|地[图圖]"
        r"|[录錄]音|[语語]音|视频|視頻"
        r"|[绘繪][图圖]|[画畫][图圖]|商品|支付|热力|轮播|循环|情景|VLOOKUP|MaxDiff|PSM|KANO|BWS|联合分析|预约|考勤|OCR"
        r"|(?<![a-z])(file|upload|signature|location|gps|image|audio|photo|video|payment)).*",
        UNSUPPORTED,
    ),
    (
        r"(单|單)(项|項)?(选|選)(择|擇)?|[评評]分[单單][选選]|测评[单單]选|投票单选|radio( "
        r"button)?s?|single([- ]?(choice|select|answer))?"
        r"|(choose|select|pick) one",
        "single",
    ),
    (
        r"多(项|項)?(选|選)(择|擇)?|可?多[选選]|不定[项項](选择?)?|[评評]分多[选選]|测评多选|投票多选|checkbox(es)?"
        r"|multi(ple)?([- ]?(choice|select|answers?|response))?|select all( that apply)?",
        "multi",
    ),
    (r"下拉.*|drop-?\s?down( list)?|select list", "dropdown"),
    (r"判[断斷]|是非|是否|是[/／、]否|对错|yes ?(?:[/／-]|or)? ?no|y ?[/／] ?n|true[/ -]?false|boolean", "yes_no"),
    (r"nps.*|[净淨]推[荐薦].*|net promoter.*", "nps"),
    (
        r"(反向)?量表|(线性|線性)?量表|李克特.*|打分(量表)?|linear scale|likert( scale)?"
        r"|rating scale|scale|opinion scale",
        "scale",
    ),
    (r"[评評]分|[评評]价|星[级級]([评評]分)?|打星|五星|star( rating)?s?|rating", "stars"),
    (r"排序|拖拽排序|rank(ing)?|order(ing)?", "ranking"),
    (r"比重|[权權]重|分配|constant[- ]sum|allocat.*", "constant_sum"),
    (
        r"(多[项項]|[横橫]向|多空|多行多项|考试多项|完形|考试完形|括号)填空|多[项項]文本|multiple (short "
        r")?(text|blanks)|cloze",
        "blanks",
    ),
    (r"滑[动動][条條]?|slider", SLIDER),
    (r"[数數]([字值])?(输入)?|整[数數]|小[数數]|金[额額]|number|integer|decimal|numeric", "number"),
    (r"日期([时時][间間])?|生日|年月日?|date([ /]?time)?", "date"),
    (r"[时時][间間]|[时時]刻|time", "time"),
    (
        r"[单單]行([文]?[本字])?([输輸]入)?框?|短文本|文本框?|手[机機]号?码?|[电電][话話]号?码?|[邮郵]箱"
        r"|[邮郵]件|姓名|身份[证證]号?码?"
        r"|[网網]址|微信号?|地址|省市区?(县)?|地区|城市|学校|short[- ](text|answer)|single[- "
        r"]line( text)?|e-?mail|phone|name|address",
        "short_text",
    ),
    (
        r"多行([文]?[本字])?([输輸]入)?框?|[长長]文本|[简簡]答|[问問]答|主[观觀]|[开開]放(式)?|[论論]述"
        r"|paragraph|long[- ](text|answer)"
        r"|essay|open([- ]?ended)?|comment( box)?|multi[- ]?line( text)?",
        "long_text",
    ),
    (r"填空|[测考][试]填空|text|fill[- ]in([- ]the)?[- ]blanks?|free text", TEXT),
    (
        r"段落([说說]明)?|描述|[说說]明(文字)?|文字([说說]明|描述)|[图圖]文|备注|分割[线線]"
        r"|description|section text|statement|note",
        "note",
    ),
    (r"分[页頁][栏欄]?|page[- ]?break", PAGE),
)
_TAGS = tuple((re.compile(rf"(?:{pattern})[题題]?", re.I), kind) for pattern, kind in TAGS)

N, ITEMS = NUMBER, r"(?:项|項|个|個|条|條|种|種|类|類|样|者|件|answers?|options?|items?|choices?|things?|responses?)"
PICK = (
    r"(?:请|請|可|可以|限|任|任意|只能?|须|必须|需|最终|从中|选|選|择|擇|勾选|勾選|挑选|填|写|排序"
    r"|please|choose|select|pick|tick|check|rank|name|any|of|\s|可多选|,|，)*"
)
RANGE = re.compile(rf"{PICK}({N})\s*(?:[-~～—–－至到]|to)\s*({N})\s*{ITEMS}?(?:选项|作答)?", re.I)
MOST = re.compile(
    rf"{PICK}(?:最多|至多|不超过|不超過|不多于|上限|up to|at most|no more than|(?:a )?max(?:imum|\.)?(?: of)?|限)"
    rf"{PICK}(?:前)?({N})\s*{ITEMS}?(?:以内|以內)?(?:选项)?|{PICK}({N})\s*{ITEMS}?(?:以内|以內|及以下)",
    re.I,
)
LEAST = re.compile(
    rf"{PICK}(?:最少|至少|不少于|不少於|at least|min(?:imum)?(?: of)?){PICK}({N})\s*{ITEMS}?(?:选项|或以上|以上)?", re.I
)
EXACT = re.compile(
    rf"{PICK}(?:选|選|择|擇|勾|填|choose|select|pick|tick|check)(?:出|取|择|擇"
    rf"|择出)?\s*(?:其中|前|最.{{1,8}}的)?\s*({N})\s*{ITEMS}?(?:最.{{1,8}})?",
    re.I,
)
MULTI = re.compile(
    r"(?:此题|本题|可以?|该题)?(?:可|允许)?(?:多项?选|多項?選|复选|複選|选多[项个]|多选)(?:题|題)?"
    r"|可以?选择?多[项个]|不定项(?:选择)?(?:题)?"
    r"|多项选择题?|(?:please )?(?:select|choose|check|tick|mark) (?:all|any)(?: that| which)?(?: apply| applicable)?"
    r"|(?:you (?:may|can) )?(?:tick|choose|select|check|mark) more than one(?: answer| box| option)?"
    r"|multiple (?:answers|choices?|responses)(?: (?:allowed|possible))?|multi[- ]?(?:select|choice)|(?:select"
    r"|choose|tick) (?:one or more|as many as (?:apply|you like))",
    re.I,
)
SINGLE = re.compile(
    r"(?:单|單)项?(?:选|選)(?:择)?(?:题|題)?|(?:请|只能|限|仅)?(?:选择?"
    r"|可选)?(?:其中)?[一1][项个]|只选[一1][项个]|限选[一1][项个]|必选其一|(?:please "
    r")?(?:select|choose|tick|check|pick|mark) (?:only )?one(?: only| "
    r"answer| option| oval| box)?"
    r"|single (?:choice|answer)|one answer(?: only)?",
    re.I,
)
RANKED = re.compile(r".*(?:排序|排列|排出|排个序|依次|1\s*[=为]\s*最|rank|order of|in order).*", re.I)
FIRST = re.compile(rf"(?:前|top|first|选择?出?并?|any|限|最多|your)\s*({N})\s*{ITEMS}?", re.I)
PAPER = re.compile(
    r".*(?:打[“\"]?[√✓勾]|划[“\"]?[√✓勾]|画[“\"]?[√✓勾圈]|打钩|打勾|打鉤|√|划勾|横线上"
    r"|橫線上|括号[内里]|方框[内里]|填在.*上|涂黑|圈出"
    r"|请在(?:此)?(?:处|处填写)|tick (?:the|a) box|circle (?:one|a number)"
    r"|please (?:tick|circle|specify|fill in)|write your).*",
    re.I,
)
YES = re.compile(r"必[答填选選]题?|必[须需]填?写?|required|mandatory|\*", re.I)
NO = re.compile(r"[选選][答填]题?|非必[答填]|可不[填答]|可选填?|可[选選]|optional", re.I)
SCORE = re.compile(
    r"(?:本题|共|分值|分数|每[题空小]*|得分)?\s*[:：]?\s*[-+]?\d+(?:\.\d+)?\s*(?:分"
    r"|points?|pts?)(?:/[题空])?|(?:分值|分数)[:：]\s*\d+",
    re.I,
)
ANSWER = re.compile(r"(?:正确)?答案(?:[:：].*)?|(?:correct )?answer\s*[:：].*|correct|全部|部分|人工|解析[:：].*", re.I)
LENGTH = re.compile(
    r"(?:限|不超过|不多于|最多|至多|up to|max(?:imum)?(?: "
    r"of)?)?\s*(\d{1,4})\s*(?:个)?(?:字|字符|characters?|words?)(?:以内|之内"
    r"|内)?",
    re.I,
)
SHORTEST = re.compile(
    r"(?:不少于|至少|最少|at least)\s*(\d{1,4})\s*(?:个)?(?:字|字符|characters?|words?)(?:以上)?", re.I
)
POINTS = re.compile(
    r"(?:请?打分|评分|评价|分值|范围|量程|从|请用|满分)?[:：]?\s*(\d{1,3})\s*(?:分"
    r"|星)?\s*(?:[-~～—–－至到]|to)\s*(\d{1,3})\s*(?:分|星|级)?(?:打分|评分|评价|分制"
    r"|之间(?:的(?:数字|整数))?)?|(?:满分|滿分)\s*(\d{1,3})\s*分?",
    re.I,
)
UNIT = re.compile(
    r"(?:单位|單位|unit)\s*[:：]?\s*(\S{1,8})|(?:请填写?)?(?:周?岁|年|万?元|小时|分钟|天"
    r"|次|人|%|公斤|公里|km|kg|years?|hours?|minutes?|days?)",
    re.I,
)
NUMERIC = re.compile(
    r"(?:请)?(?:只能)?(?:填写?|输入)?(?:阿拉伯)?(?:纯)?(?:数字|整数|数值)(?:即可)?|(?:a "
    r")?(?:whole )?numbers?(?: only)?|digits only"
    r"|(?:请)?输入\s*(-?\d+)\s*[到至\-~～]\s*(-?\d+)\s*(?:之间)?的?(?:数字|整数|数值)",
    re.I,
)
DAY = re.compile(
    r"(?:格式|如|例如)?[:：]?\s*(?:年[/\-月]月?[/\-]?日?"
    r"|y{4}[-/年.]m{1,2}([-/月.]d{1,2}日?)?|dd/mm/yyyy|mm/dd/yyyy|年月日)",
    re.I,
)
TOTAL = re.compile(
    r".*(?:总和|總和|合计|合計|总计|加总|之和|共计?|总分|add up to|sum to"
    r"|total(?:ling)?(?: of)?)(?:应?为|须为|必须为|等于|是|="
    r"|必须等于)?\s*(\d{2,4})\s*(?:%|分|points?|percent)?.*",
    re.I,
)
MEANING = re.compile(
    r"(?:其中)?(\d{1,3})\s*(?:分|points?)?\s*(?:[=:：]|表示|代表|为|是|means"
    r"|being|(?=[很最非十极完特差好不])(?!\d{1,3}(?:分|个|项)))\s*([^\d\s,，;；][^,，;；]{0,30})",
    re.I,
)
ALONE = re.compile(r"互斥(?:选?项)?|排他|与其他(?:选?项)?互斥|不与其他同选|(?:mutually )?exclusive", re.I)
SHUFFLED = re.compile(
    r"选项随机(?:排列|排序)?|随机(?:排列|显示)(?:选项)?|options? (?:in )?random(?: order|ised|ized)?|shuffled?", re.I
)

PLEASE = ("请填写", "请选择", "请作答", "请打分", "请评价", "please select", "please choose", "please answer")


@dataclass(slots=True)
class Settings:
    """What brackets and hints said about a question; `lost` is what cannot be kept, in its own words."""

    kind: str = ""
    required: bool | None = None
    low: int | None = None
    high: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    points: tuple[int, int] | None = None
    meanings: dict[int, str] = field(default_factory=dict)  # what single points of a scale mean
    lost: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)  # instructions for paper only

    def merge(self, other: "Settings") -> None:
        """Take over what another hint says; what was said first about the type stands."""
        self.kind = self.kind or other.kind
        self.required = self.required if other.required is None else other.required
        self.low = self.low if other.low is None else other.low
        self.high = self.high if other.high is None else other.high
        self.points = self.points or other.points
        self.extra.update(other.extra)
        self.meanings.update(other.meanings)
        self.lost += other.lost
        self.silent += other.silent


def tag(words: str) -> str:
    """Return the type the words in a bracket mean, or ""."""
    plain = re.sub(r"\s+", " ", words.strip(" :：*"))
    for spelled in (plain, plain.replace(" ", "")):
        for pattern, kind in _TAGS:
            if pattern.fullmatch(spelled):
                return kind
    return ""


def hint(words: str, *, bracket: bool = False) -> Settings | None:
    """Return what one clause of a hint means, or None when it is not a hint. `bracket`: it stood in [ ] or 【 】."""
    words = words.strip(" .。:：;；!！*").strip()
    found = Settings()
    if not words:
        return found
    if YES.fullmatch(words):
        found.required = True
    elif NO.fullmatch(words):
        found.required = False
    elif SCORE.fullmatch(words) or ANSWER.fullmatch(words):
        found.lost.append(words)
    elif ALONE.fullmatch(words):
        found.extra["exclusive"] = True
    elif SHUFFLED.fullmatch(words):
        found.extra["shuffle"] = True
    elif SINGLE.fullmatch(words):
        found.kind = "single"
    elif MULTI.fullmatch(words):
        found.kind = "multi"
    elif bracket and tag(words):
        found.kind = tag(words)
    else:
        return _limits(words, found) or _measures(words, found) or _wording(words, found, bracket)
    return found


def _limits(words: str, found: Settings) -> Settings | None:
    """Read how many may be chosen."""
    if RANKED.fullmatch(words) and len(words) <= 30:
        found.kind = "ranking"
        first = FIRST.search(words)
        if first:
            found.extra["top"] = whole(first[1])
        return found
    match = SHORTEST.fullmatch(words)
    if match:
        found.extra["min_length"] = int(match[1])
        return found
    match = LENGTH.fullmatch(words)
    if match:
        found.extra["max_length"] = int(match[1])
        return found
    for pattern, low, high in ((MOST, 0, 1), (LEAST, 1, 0)):
        match = pattern.fullmatch(words)
        if match:
            number = whole(next(group for group in match.groups() if group))
            found.low, found.high = (number if low else None), (number if high else None)
            found.kind = "single" if high and number == 1 else "multi"
            return found
    match = RANGE.fullmatch(words)
    if match and re.search(rf"选|選|择|項|项|个|種|种|{ITEMS}|choose|select|pick|tick", words, re.I):
        found.low, found.high, found.kind = whole(match[1]), whole(match[2]), "multi"
        return found
    match = EXACT.fullmatch(words)
    if match and whole(match[1]):
        number = whole(match[1])
        found.kind = "single" if number == 1 else "multi"
        if number > 1:
            found.high = number
            found.low = None if words.startswith("任") else number
        return found
    return None


def _measures(words: str, found: Settings) -> Settings | None:
    """Read ranges, units and totals."""
    match = TOTAL.fullmatch(words)
    if match and len(words) <= 40:
        found.kind, found.extra = "constant_sum", {"total": int(match[1])}
        return found
    match = MEANING.fullmatch(words)
    if match:
        found.meanings[int(match[1])] = match[2]
        return found
    match = NUMERIC.fullmatch(words)
    if match:
        found.kind = "number"
        if match[1]:
            found.extra = {"min": int(match[1]), "max": int(match[2])}
        return found
    match = POINTS.fullmatch(words)
    if match:
        most = int(match[3] or match[2])
        found.points = (0 if most > 20 else 1, most) if match[3] else (int(match[1]), most)
        found.kind = "stars" if "星" in words and 3 <= most <= 10 else ""
        return found if found.points[0] < found.points[1] else None
    match = UNIT.fullmatch(words)
    if match:
        found.extra["unit"] = match[1] or re.sub(r"^请填写?", "", words)
        found.kind = "number"
        return found
    if DAY.fullmatch(words):
        found.kind = "date"
        return found
    return None


def _wording(words: str, found: Settings, bracket: bool) -> Settings | None:
    """Read types told in words, and instructions only paper needs."""
    kind = tag(words)
    if kind in ("ranking", "blanks", "long_text", TEXT, "constant_sum", "scale", "yes_no", "matrix", "dropdown", "nps"):
        found.kind = kind
        return found
    if len(words) <= 40 and not re.search("[,，;；]", words) and (PAPER.fullmatch(words) or words in PLEASE):
        found.silent.append(words)
        return found
    return None

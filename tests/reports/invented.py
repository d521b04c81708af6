# ruff: noqa: E501
"""Invented reports to print in tests: no such place, people or numbers exist."""

from datetime import date

from questions.charts import Bar, Bars, Columns, Likert, Row, Series
from reports.blocks import (
    Annex,
    Asking,
    Block,
    Chart,
    Claim,
    Document,
    Heading,
    Imprint,
    Items,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Question,
    Quote,
    Quotes,
    Signature,
    Table,
    Trace,
)  # fmt: skip

QUESTIONS_ZH = (
    Question("1", "您的班制是：", "单选", Asking.ONE, ("四班三运转", "三班两运转", "两班倒", "常白班")),
    Question("2", "班次变动一般提前多久通知您？", "单选", Asking.ONE, ("7天及以上", "3至6天", "1至2天", "当天通知")),
    Question(
        "3",
        "请对食堂以下方面作出评价：",
        "每行选一项",
        Asking.MATRIX,
        (),
        ("饭菜口味与花样", "供餐时间与排队", "夜班供餐保障"),
        ("很不满意", "不太满意", "一般", "比较满意", "非常满意"),
    ),
    Question(
        "4", "总的来说，您会向新同事推荐本单位吗？", "1为完全不会，5为一定会", Asking.SCALE, ("1", "2", "3", "4", "5")
    ),
    Question(
        "5",
        "未能参加技能培训的主要原因有哪些？",
        "最多选3项",
        Asking.SEVERAL,
        ("与班次冲突", "内容与岗位脱节", "缺少激励措施", "不清楚报名渠道", "费用或交通不便"),
    ),
    Question("6", "您最希望先解决哪件事？请在方框内填写1至3。", "", Asking.RANK, ("夜班热餐", "排队时间", "临时调班")),
    Question("7", "您的工龄（年）：", "", Asking.SHORT),
    Question("8", "您对改进车间食堂、轮班安排或技能培训还有哪些意见和建议？", "", Asking.LONG),
)
GONGWEN = Document(
    title="关于车间食堂、轮班安排和技能培训情况的调研报告",
    subtitle="",
    organisation="云溪区总工会",
    addressee="区总工会各部室，各镇（街道）总工会，各直属基层工会",
    masthead="云溪区总工会文件",
    number="云工发〔2026〕18号",
    contents=True,
    date=date(2026, 9, 18),
    language="zh",
    blocks=(
        Paragraph(
            "为深入了解一线职工在就餐、轮班和技能提升方面的实际需求，推动解决职工群众急难愁盼问题，按照年度工作安排，区总工会于2026年6月至8月成立专题调研组，深入9家制造企业、14个车间食堂，综合运用问卷调查、座谈交流、个别访谈和实地察看等方式开展调研。现将有关情况报告如下。"
        ),
        KeyFigures(
            (
                KeyFigure("612份", "有效问卷", "回收率98.6%"),
                KeyFigure("42人", "个别访谈"),
                KeyFigure("32.2%", "对夜班供餐满意"),
                KeyFigure("50.0%", "认为班次影响休息"),
            )
        ),
        Heading(1, "调研基本情况"),
        Heading(2, "调研背景"),
        Paragraph(
            "近年来，我区制造业用工规模稳步扩大，倒班作业企业占规模以上工业企业的六成以上。职工来信来访和“职工说事”平台数据显示，食堂供餐、班次安排和培训机会连续三年位列职工反映问题的前三位。一些问题看似细小，却直接关系职工的获得感，也影响企业生产秩序和队伍稳定。"
        ),
        Heading(2, "调研对象和方法"),
        Heading(3, "问卷调查"),
        Paragraph(
            "面向9家企业的一线职工按车间、班次分层抽样，以手机扫码和纸质问卷相结合的方式发放问卷640份，回收631份，有效问卷612份，有效率为97.0%。"
        ),
        Heading(3, "座谈和访谈"),
        Paragraph(
            "召开职工代表、班组长、后勤管理人员座谈会6场，参加78人；开展个别访谈42人，其中夜班岗位职工19人、女职工16人、劳务派遣工11人。访谈均在征得本人同意后记录，引用内容已作匿名处理。"
        ),
        Heading(3, "实地察看"),
        Paragraph(
            "调研组分三批次在早、中、晚及凌晨时段走访14个车间食堂，同步记录排队时长、餐品种类、留样登记和意见箱使用情况，并查阅排班表、培训台账等资料186份。"
        ),
        Heading(2, "样本构成"),
        Paragraph("样本以青壮年男职工为主，倒班职工占84.2%，与参调企业花名册的结构基本一致。具体构成见表1。"),
        Table(
            "有效样本构成情况（n＝612）",
            ("类别", "项目", "人数（人）", "占比（%）"),
            (
                ("性别", "男", "398", "65.0"),
                ("", "女", "214", "35.0"),
                ("年龄", "30岁及以下", "168", "27.5"),
                ("", "31至40岁", "221", "36.1"),
                ("", "41至50岁", "157", "25.7"),
                ("", "51岁及以上", "66", "10.8"),
                ("班制", "四班三运转", "241", "39.4"),
                ("", "三班两运转", "148", "24.2"),
                ("", "两班倒", "126", "20.6"),
                ("", "常白班", "97", "15.8"),
            ),
            align="llrr",
            widths=(18, 42, 20, 20),
            note="因四舍五入，各项占比之和可能不等于100%。",
            total=False,
        ),
        Heading(1, "主要做法和成效"),
        Heading(2, "供餐条件逐步改善"),
        Paragraph(
            "参调企业普遍把食堂建设作为职工服务的重点，近三年累计投入1260万元用于厨房改造、就餐环境提升和餐补发放。14个食堂全部建立食品留样和从业人员晨检制度，12个食堂实行明厨亮灶，9个食堂设立了少油少盐窗口。调查显示，职工对“食堂卫生状况”的满意率为68.0%，在六个分项中最高。"
        ),
        Heading(2, "排班管理趋于规范"),
        Paragraph(
            "9家企业均制定了排班管理办法，其中6家通过职工代表大会审议。云溪精工等3家企业上线排班系统，职工可以在手机端查询班表、申请调班；两家企业推行“班组协商、车间备案”的调班办法，临时调班引发的矛盾明显减少。"
        ),
        Heading(2, "技能培训覆盖面持续扩大"),
        Paragraph(
            "依托职工书屋、劳模工作室和校企合作基地，参调企业职工年度培训参与率由2023年的48.2%提高到2026年上半年的63.9%（见图1）。高级工及以上技能人才占比提高4.6个百分点，“师带徒”结对数量增长近一倍。"
        ),
        Chart(
            "参调企业职工年度培训参与率",
            Columns(
                ("2023年", "2024年", "2025年", "2026年上半年"),
                (
                    Series("倒班职工", (41.5, 49.8, 56.4, 58.7)),
                    Series("常白班职工", (62.3, 66.1, 71.9, 74.2)),
                    Series("全体职工", (48.2, 55.6, 61.3, 63.9)),
                ),
            ),
        ),
        Heading(1, "存在的主要问题"),
        Heading(2, "食堂服务供需不够匹配"),
        Paragraph(
            "从分项满意度看（见图2），职工对“夜班供餐保障”“供餐时间与排队”两项的评价明显偏低，净满意度分别为−13和+5。问题主要集中在以下三个方面。"
        ),
        Heading(3, "高峰时段排队时间长"),
        Paragraph(
            "实地记录显示，午餐高峰平均排队14.6分钟，最长的食堂达到27分钟，而多数企业安排的就餐时间仅40分钟。排队职工中，距离食堂较远的涂装、铸造车间占比最高（见表2）。"
        ),
        Chart(
            "职工对食堂服务的满意度评价（n＝612，单位：%）",
            Likert(
                ("很不满意", "不太满意", "一般", "比较满意", "非常满意"),
                (
                    Row("饭菜口味与花样", (6.9, 16.0, 26.3, 33.5, 17.3)),
                    Row("供餐时间与排队", (14.4, 23.2, 19.6, 29.6, 13.2)),
                    Row("食堂卫生状况", (2.9, 7.5, 21.6, 43.8, 24.2)),
                    Row("价格与补贴标准", (5.9, 13.7, 31.0, 35.0, 14.4)),
                    Row("夜班供餐保障", (19.8, 25.5, 22.5, 21.7, 10.5)),
                    Row("意见反馈与改进", (9.3, 19.3, 35.0, 26.1, 10.3)),
                ),
            ),
        ),
        Table(
            "部分食堂午餐高峰供餐能力实地记录",
            ("食堂", "就餐人数", "座位数", "窗口数", "平均排队（分钟）", "最长排队（分钟）"),
            (
                ("云溪精工一食堂", "820", "360", "8", "13.2", "19"),
                ("云溪精工二食堂", "460", "240", "4", "17.5", "24"),
                ("恒达铸造食堂", "390", "160", "3", "21.4", "27"),
                ("长河装备食堂", "540", "320", "6", "11.8", "16"),
                ("新禾电子东区食堂", "1120", "600", "12", "9.7", "15"),
                ("新禾电子西区食堂", "680", "300", "5", "18.9", "25"),
            ),
            align="lrrrrr",
            widths=(24, 14, 14, 12, 18, 18),
            note="",
            total=False,
        ),
        Heading(3, "夜班供餐保障不足"),
        Paragraph(
            "14个食堂中，仅5个在零时以后提供现做热餐，其余以加热盒饭、方便食品为主。夜班岗位职工对夜班供餐表示不满意的占45.3%，是各项中最高的。"
        ),
        Quotes(
            (
                Quote(
                    "“夜里十二点换班，窗口只剩馒头和咸菜，胃不好的同事都是自己从家里带饭，用车间的微波炉还要排队。”",
                    "某铸造企业造型工，夜班岗位，访谈编号Y－07",
                ),
            )
        ),
        Heading(3, "意见反馈缺少闭环"),
        Paragraph(
            "有36.4%的职工对“意见反馈与改进”表示满意。访谈中，不少职工表示“提过意见，但不知道有没有人看”。意见收集和办理主要存在以下情形："
        ),
        Heading(4, "渠道分散"),
        Paragraph("意见箱、微信群、班前会等多头收集，没有统一登记，同一问题反复提出、重复答复。"),
        Heading(4, "答复不及时"),
        Paragraph("查阅的63件书面意见中，有明确办理结果的28件，平均办理时长为23天；超过30天未答复的17件。"),
        Heading(4, "结果不公开"),
        Paragraph("仅2家企业定期公布意见采纳和整改情况，职工对办理过程缺乏了解。"),
        Heading(2, "轮班安排影响职工休息"),
        Paragraph(
            "半数职工（50.0%）认为现行班次安排影响正常休息，不同班制之间差异明显：两班倒职工的这一比例为71.4%，三班两运转为62.8%，四班三运转为46.1%，常白班仅为12.4%。进一步分析发现，排班告知时间越短，职工对排班的评价越低。有42.6%的职工表示班次变动仅提前两天及以内获知，其中12.1%为当天通知（见图3）。"
        ),
        Paragraph(
            "访谈还反映，部分企业在旺季连续安排夜班，个别车间连续夜班超过7天；跨班次顶岗多由班组长口头通知，事后补录考勤，容易引发加班认定争议。有子女的女职工对固定班次、错峰上下班的需求尤为突出，在16名受访女职工中有11人提到接送子女困难。"
        ),
        Chart(
            "班次变动的提前告知时间与影响休息的比例",
            Columns(
                ("提前7天及以上", "提前3至6天", "提前1至2天", "当天通知"),
                (
                    Series("占全部职工比例（%）", (21.6, 35.8, 30.6, 12.1)),
                    Series("其中认为影响休息（%）", (28.0, 42.9, 64.7, 73.0)),
                ),
            ),
        ),
        Heading(2, "技能培训与岗位需求衔接不紧"),
        Paragraph(
            "培训参与率虽逐年提高，但倒班职工与常白班职工之间仍有15.5个百分点的差距。职工未能参加培训的首要原因是“与班次冲突”，占58.3%；其次是“内容与岗位脱节”和“缺少激励措施”，分别占41.5%和35.8%（见图4）。"
        ),
        Chart(
            "职工未能参加培训的主要原因（多选，n＝612）",
            Bars(
                (
                    Bar("与班次冲突", 58.3, strong=True),
                    Bar("内容与岗位脱节", 41.5, strong=False),
                    Bar("缺少激励措施", 35.8, strong=False),
                    Bar("不清楚报名渠道", 27.9, strong=False),
                    Bar("费用或交通不便", 19.6, strong=False),
                    Bar("其他", 6.2, strong=False),
                )
            ),
        ),
        Quotes(
            (
                Quote(
                    "“培训通知贴在办公楼，等我们下夜班看到，名额早就满了。要是能分两个时段讲，我肯定报名。”",
                    "某电子企业贴片工，四班三运转，访谈编号P－15",
                ),
            )
        ),
        Heading(1, "原因分析"),
        Heading(2, "服务供给仍以常白班为中心"),
        Paragraph(
            "食堂采购、备餐和人员配置大多按照常白班的用餐规律安排，夜班人数少、成本高，外包单位缺乏积极性。在14个食堂中，有10个采用承包经营，合同中没有对夜间供餐品种、温度和时段作出约定，考核主要看卫生检查结果，对排队时长、满意度等服务指标关注不够。"
        ),
        Heading(2, "协商机制运行不够充分"),
        Paragraph(
            "排班办法虽经民主程序制定，但执行中的临时调整多由车间单方决定，工会参与不足。部分基层工会干部身兼数职，对工时、休息休假等规定掌握不深，面对职工诉求“接得住、办不快”。"
        ),
        Heading(2, "培训资源统筹力度不足"),
        Paragraph(
            "培训项目由人力资源、安全、生产等部门分别组织，计划不衔接、时段相重叠；课程多依据上级任务和供应商目录确定，缺少对岗位能力差距的系统评估。开放题的编码结果显示，“想学的没有、有的用不上”是出现频次最高的表述。"
        ),
        Heading(1, "对策建议"),
        Heading(2, "以倒班职工为重点优化食堂服务"),
        Heading(3, "推行错峰供餐"),
        Paragraph(
            "指导企业按车间距离和班次合理划分就餐批次，将高峰平均排队时间控制在10分钟以内；对距离较远的车间设置流动餐车或取餐点。"
        ),
        Heading(3, "补齐夜班供餐短板"),
        Paragraph(
            "将零时以后供应现做热餐纳入食堂外包合同和年度考核，力争2026年底前夜间热餐供应覆盖12个以上食堂，夜班餐补标准不低于日班的1.2倍。"
        ),
        Heading(3, "建立意见办理闭环"),
        Paragraph(
            "统一意见收集入口，实行编号登记、限时答复、结果公开，一般问题5个工作日内答复，复杂问题15个工作日内反馈进展。"
        ),
        Heading(2, "健全排班协商和休息保障机制"),
        Paragraph(
            "把排班纳入集体协商重点内容，推动企业明确“班次变动提前三天告知、连续夜班不超过五天”的底线要求；推广手机端排班查询和调班申请，做到全程留痕；支持有条件的企业为孕期、哺乳期女职工和有特殊困难的职工提供弹性班次。对排班争议较多的车间，由区总工会选派工会法律援助律师上门指导。"
        ),
        Heading(2, "推动技能培训精准对接岗位"),
        Paragraph(
            "建立“岗位能力清单＋职工需求清单”，每年第四季度统筹编制培训计划；对倒班职工实行同一课程两个以上时段开班，开发15分钟以内的微课；将培训考核结果与技能等级认定、岗位津贴挂钩。重点任务及分工建议见表3。"
        ),
        Table(
            "重点任务及分工建议",
            ("序号", "重点任务", "责任单位", "完成时限"),
            (
                ("1", "夜间现做热餐供应覆盖12个以上食堂", "保障工作部、各企业工会", "2026年12月"),
                ("2", "制定食堂服务质量考核参考指标，将排队时长、满意度纳入考核", "保障工作部", "2026年10月"),
                ("3", "发布排班协商示范条款，开展集体协商要约行动", "权益保障部", "2026年11月"),
                ("4", "试点手机端排班查询和调班申请", "各试点企业工会", "2027年3月"),
                ("5", "编制年度职工培训统筹计划，倒班职工同课程两时段开班", "劳动和经济工作部", "2026年12月"),
                ("6", "建立职工意见统一登记和限时办理制度", "办公室、各企业工会", "2026年10月"),
            ),
            align="cllc",
            widths=(9, 49, 24, 18),
            note="",
            total=False,
        ),
        Heading(2, "强化跟踪问效"),
        Paragraph(
            "建议将上述任务纳入区总工会年度重点工作台账，每季度调度一次；2027年6月前对同一批样本车间开展“回头看”调查，用同一问卷、同一口径检验整改成效，并将结果向职工公开。对整改成效明显的企业，优先推荐参评模范职工之家；对问题反复、职工反映强烈的企业，由区总工会领导班子成员包联督办。"
        ),
        Signature("云溪区总工会调研组", date(2026, 9, 18)),
        Annex("调查问卷主要数据"),
        Paragraph("本附件为问卷主要题目的频数分布，有效样本量为612。除注明外均为单选题，占比以有效样本为基数。"),
        Table(
            "食堂服务满意度频数分布",
            ("评价项目", "很不满意", "不太满意", "一般", "比较满意", "非常满意", "满意率（%）", "净满意度"),
            (
                ("饭菜口味与花样", "42", "98", "161", "205", "106", "50.8", "+27.9"),
                ("供餐时间与排队", "88", "142", "120", "181", "81", "42.8", "+5.2"),
                ("食堂卫生状况", "18", "46", "132", "268", "148", "68.0", "+57.5"),
                ("价格与补贴标准", "36", "84", "190", "214", "88", "49.3", "+29.7"),
                ("夜班供餐保障", "121", "156", "138", "133", "64", "32.2", "−13.1"),
                ("意见反馈与改进", "57", "118", "214", "160", "63", "36.4", "+7.8"),
            ),
            align="lrrrrrrr",
            widths=(23, 11, 11, 10, 11, 11, 12, 11),
            note="",
            total=False,
        ),
        Table(
            "班制与“班次安排影响休息”交叉分析",
            ("班制", "人数", "影响休息（人）", "占比（%）", "95%置信区间（%）"),
            (
                ("四班三运转", "241", "111", "46.1", "39.9～52.4"),
                ("三班两运转", "148", "93", "62.8", "54.8～70.2"),
                ("两班倒", "126", "90", "71.4", "63.0～78.6"),
                ("常白班", "97", "12", "12.4", "7.2～20.4"),
                ("合计", "612", "306", "50.0", "46.1～53.9"),
            ),
            align="lrrrr",
            widths=(26, 16, 20, 16, 22),
            note="置信区间采用Wilson法计算；χ²＝89.3，df＝3，p＜0.001，Cramér’s V＝0.38。",
            total=True,
        ),
        Table(
            "开放题意见编码结果（前八类）",
            ("类别", "提及次数", "占比（%）", "典型表述（匿名）"),
            (
                ("夜班热餐", "143", "23.4", "“零点以后能有口热汤面就好。”"),
                ("排队时间", "121", "19.8", "“四十分钟吃饭，有二十分钟在排队。”"),
                ("菜品花样", "96", "15.7", "“一周的菜单基本不变。”"),
                ("临时调班", "88", "14.4", "“当天通知换班，家里没法安排。”"),
                ("培训时间", "79", "12.9", "“能不能下班后或者网上学。”"),
                ("意见答复", "64", "10.5", "“提了没回音，慢慢就不提了。”"),
                ("餐补标准", "52", "8.5", "“补贴三年没有调整过。”"),
                ("休息场所", "37", "6.0", "“中午没有地方躺一会儿。”"),
            ),
            align="lrrl",
            widths=(24, 14, 13, 49),
            note="",
            total=False,
        ),
        Annex("调查问卷"),
        *QUESTIONS_ZH,
    ),
)
SUMMARY = Document(
    title="Canteens, shifts and training: what 612 workers told us",
    kicker="Research summary · September 2026",
    dek="Night-shift meals and short-notice rota changes matter more than food quality itself. Most fixes are cheap, and workers already told us what they are.",
    organisation="Yunxi Research Group",
    date=date(2026, 9, 18),
    language="en",
    key_figures=(
        KeyFigure("32%", "satisfied with night-shift meals, the lowest of six items"),
        KeyFigure("14.6 min", "mean queue at lunch peak; 27 min at worst"),
        KeyFigure("50%", "say their rota disrupts rest; 71% on two shifts"),
        KeyFigure("58%", "of those who missed training cite shift clashes"),
    ),
    blocks=(
        Heading(1, "Key findings"),
        Items(
            (
                "Satisfaction is highest for hygiene (68%) and lowest for night-shift meals (32%): only five of fourteen canteens cook after midnight.",
                "The shorter the notice of a rota change, the more people say it harms their rest: 28% with a week’s notice, 73% on the same day.",
                "Training take-up rose from 48% to 64% in three years, yet shift workers still trail day workers by 15.5 points.",
            ),
            ordered=True,
        ),
        Heading(1, "How we did it"),
        Paragraph(
            "We drew a stratified sample by workshop and shift at nine manufacturers and issued 640 questionnaires by phone link and on paper; 631 came back and 612 were valid (97.0%). We held six focus groups with 78 people, interviewed 42 workers one to one, nineteen of them on nights, and timed queues in fourteen canteens across all shifts. Open answers were coded by two people working apart (Cohen’s κ = 0.81)."
        ),
        Heading(1, "Canteens: good hygiene, weak nights"),
        Chart(
            "Satisfaction with canteen services, % of 612 respondents",
            Likert(
                ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"),
                (
                    Row("Food taste and variety", (6.9, 16.0, 26.3, 33.5, 17.3)),
                    Row("Serving hours and queues", (14.4, 23.2, 19.6, 29.6, 13.2)),
                    Row("Hygiene", (None, 7.5, 21.6, 43.8, 24.2)),
                    Row("Night-shift meals", (19.8, 25.5, 22.5, 21.7, 10.5)),
                    Row("Acting on feedback", (None, None, None, None, None)),
                ),
            ),
            note="Net is satisfied minus dissatisfied. Source: workshop survey, June–August 2026.",
        ),
        Paragraph(
            "Queues and night meals pull the average down. The longest lunch queue we timed took 27 of a 40-minute break. After midnight most canteens offer reheated boxes or instant food."
        ),
        Quotes(
            (
                Quote(
                    "At midnight the counter has buns and pickles left. Those of us with bad stomachs bring food from home and then queue for the microwave.",
                    "Moulder, foundry, night shift, interview Y-07",
                ),
            )
        ),
        Heading(1, "Shifts: notice is the lever"),
        Table(
            "“My rota disrupts my rest”, by shift pattern",
            ("Shift pattern", "n", "Agree", "%", "95% CI (Wilson)"),
            (
                ("Four crews, three shifts", "241", "111", "46.1", "39.9–52.4"),
                ("Three crews, two shifts", "148", "93", "62.8", "54.8–70.2"),
                ("Two shifts", "126", "90", "71.4", "63.0–78.6"),
                ("Day shift only", "97", "12", "12.4", "7.2–20.4"),
                ("All", "612", "306", "50.0", "46.1–53.9"),
            ),
            align="lrrrr",
            note="χ² = 89.3, df = 3, p < 0.001, Cramér’s V = 0.38.",
            total=True,
        ),
        Paragraph(
            "Half of all respondents say the rota disrupts their rest. Among two-shift workers the share is nearly six times that of day workers. In 42.6% of cases people learn of a change two days ahead or less."
        ),
        Heading(1, "Training: offered at the wrong hour"),
        Chart(
            "Why workers missed training, %, multiple answers",
            Bars(
                (
                    Bar("Clashes with shifts", 58.3, "357", True),
                    Bar("Content unrelated to the job", 41.5, "254"),
                    Bar("No incentive", 35.8, "219"),
                    Bar("Did not know how to enrol", 27.9, "171"),
                    Bar("Cost or travel", 19.6, "120"),
                    Bar("Other", None),
                )
            ),
        ),
        Heading(1, "What we recommend"),
        Heading(2, "Feed the night shift"),
        Paragraph(
            "Write hot meals after midnight into canteen contracts and yearly reviews; cover at least twelve canteens by December 2026."
        ),
        Heading(2, "Give three days’ notice"),
        Paragraph(
            "Agree a floor in collective bargaining: three days’ notice of rota changes and no more than five nights in a row."
        ),
        Note("The survey will be repeated with the same questions by June 2027."),
        Annex("Questionnaire"),
        Question(
            "1",
            "How do you rate the canteen?",
            "one per row",
            Asking.MATRIX,
            (),
            ("Food", "Queues"),
            ("Poor", "Fair", "Good"),
        ),
        Question("2", "What should change first?", "", Asking.LONG),
    ),
)
RARE = "职工代表王璟、李堃、张喆、周祎和阿迪力·买买提反映：“净满意度由28降至−29.7，‘夜班’（含‘小夜班’）最低。”Cohen’s κ为0.81😡👩‍🔧。"
_RUNNING = [block.text for block in GONGWEN.blocks if isinstance(block, Paragraph)]
TEXT_ONLY = Document(
    title="关于夜班供餐的调研报告",
    organisation="云溪区总工会",
    date=date(2026, 9, 18),
    language="zh",
    blocks=(
        Paragraph(RARE),
        *(Paragraph("".join(_RUNNING[place : place + 3])) for place in range(0, len(_RUNNING), 3)),
    ),
)


def every_block(text: str) -> tuple[Block, ...]:
    """Return one of every kind of block, with `text` wherever a person's words may stand."""
    words = (text, text)
    return (
        Heading(1, text),
        Heading(2, text),
        Heading(3, text),
        Paragraph(text),
        Heading(4, text),
        Paragraph(text, "method.response.3", words, (Trace(text, "coverage", 1, text),), text),
        Claim(text, (Trace(text, "survey_results", 3, "q1"), Trace(text, "concern", 4))),
        KeyFigures((KeyFigure(text, text, text),)),
        Table(text, words, (words,), note=text),
        Chart(text, Likert(words, (Row(text, (40.0, None)),)), text),
        Chart(text, Bars((Bar(text, 3.0, text), Bar(text, None)))),
        Chart(text, Columns(words, (Series(text, (1.0, None)),), text)),
        Quotes((Quote(text, text),)),
        Items(words),
        Items(words, ordered=True),
        Note(text),
        Signature(text, date(2026, 9, 18)),
        Annex(text),
        *(Question("1", text, text, asking, words, words, words) for asking in Asking),
        Imprint(text, text, date(2026, 9, 20)),
    )

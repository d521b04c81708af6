"""How Chinese prose names festivals: expressions, the key of each, and how many more days its holiday has."""

FESTIVALS = {
    "元旦节?": ("new_year", 0),
    "(?:大年)?(?:除夕夜?|年三十|大年三十)": ("eve", 0),
    "春节|过年|大年初一|农历新年": ("spring", 6),
    "元宵节?|正月十五(?![日号])": ("lantern", 0),
    "(?:三八|妇女节|三八妇女节|三八节)": ("women", 0),
    "清明节?": ("qingming", 0),
    "五一(?:劳动)?节?|劳动节": ("labour", 4),
    "五四(?:青年)?节?|青年节": ("youth", 0),
    "端午节?": ("dragon_boat", 0),
    "六一(?:儿童)?节?|儿童节": ("children", 0),
    "七一|建党节": ("party", 0),
    "八一(?:建军)?节?|建军节": ("army", 0),
    "七夕": ("qixi", 0),
    "中秋节?|八月十五(?![日号])": ("mid_autumn", 0),
    "教师节": ("teachers", 0),
    "国庆节?": ("national", 6),
    "重阳节?": ("double_ninth", 0),
    "冬至": ("winter_solstice", 0),
    "腊八节?": ("laba", 0),
    "小年": ("little_new_year", 0),
    "圣诞节?": ("christmas", 0),
}
HOLIDAYS = ("new_year", "spring", "qingming", "labour", "dragon_boat", "mid_autumn", "national")

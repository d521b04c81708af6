"""The theme every Word document is expected to bring along: ink on white, the set's own faces, nothing to see."""

from reports.docx.looks import Set
from reports.docx.xml import DECLARATION, DRAWING, attribute

COLORS = {
    "dk1": "000000",
    "lt1": "FFFFFF",
    "dk2": "17252A",
    "lt2": "EEF4F2",
    "accent1": "0F6E63",
    "accent2": "D98A4F",
    "accent3": "5F7F9E",
    "accent4": "8A6D9E",
    "accent5": "6B7A7D",
    "accent6": "C8102E",
    "hlink": "0F6E63",
    "folHlink": "4D5D61",
}


def theme(chosen: Set) -> bytes:
    """Return theme1.xml for a set."""
    face = chosen.faces[chosen.looks[0].face]
    told = f'<a:latin typeface={attribute(face.latin)}/><a:ea typeface={attribute(face.east)}/><a:cs typeface=""/>'
    colors = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in COLORS.items())
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3
    line = '<a:ln w="6350"><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>' * 3
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        f'{DECLARATION}<a:theme xmlns:a="{DRAWING}" name="Xinsheng"><a:themeElements>'
        f'<a:clrScheme name="Xinsheng">{colors}</a:clrScheme>'
        f'<a:fontScheme name="Xinsheng"><a:majorFont>{told}</a:majorFont>'
        f"<a:minorFont>{told}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Xinsheng"><a:fillStyleLst>{fill}</a:fillStyleLst><a:lnStyleLst>{line}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    ).encode()

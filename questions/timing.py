"""How long a questionnaire takes: reading at a usual pace, then choosing or writing.

Reading pace: 238 English words a minute, silently (Brysbaert 2019, J. Memory & Language 109, a synthesis of 190
studies); Chinese 5 characters a second, between the 255 a minute read aloud in IReST (Trauzettel-Klosinski & Dietz
2012, IOVS 53) and silent reading. Choosing: so that an ordinary question alone on its page comes to the 10 seconds
Pew Research Center counts for one (15 minutes for 85 such points, "How we keep our online surveys from running too
long", 2022). These are estimates for planning a questionnaire's length, not measurements of its respondents.
"""

import re

WORDS_A_SECOND = 238 / 60
CHARACTERS_A_SECOND = 5.0
CHOOSING = 4.0  # seconds to make up one's mind and tap
PLACING = 3.0  # seconds to put one more thing into an order, or a number beside it
WRITING = 2.0  # Chinese characters, or half that in words, a second, on a phone: about 35 words a minute

_word = re.compile(r"[^\W\u2e80-\uffef]+(?:['’-]\w+)*")
_han = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def reading(*texts: str) -> float:
    """Return how many seconds it takes to read texts, Chinese characters and other words each at their pace."""
    text = "\n".join(texts)
    return len(_word.findall(text)) / WORDS_A_SECOND + len(_han.findall(text)) / CHARACTERS_A_SECOND

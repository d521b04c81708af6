"""What is done to an item once its type is known: help, logic, and the account of its lines."""

import re
from typing import Any

from core.i18n import _, pgettext
from surveys.formats.text_account import Account
from surveys.formats.text_body import HELP
from surveys.formats.text_draft import Draft, Made
from surveys.formats.text_logic import Jump, follow, jumps, show, target
from surveys.formats.text_sights import Block


def finish(item: dict[str, Any], draft: Draft, account: Account) -> None:
    """Add the help of an item, and tell what of it is not kept."""
    settings = draft.settings
    told = [*draft.help, *(line.text for line in draft.before)]
    told += [_help(line.text) for line in draft.body.help]
    if told:
        item["help"] = "\n".join(told)
    if settings.extra.get("shuffle") and "options" in item:
        item["shuffle"] = True
    for lost, at in (*((lost, draft.line) for lost in settings.lost), *draft.lost):
        account.warn(_("“%(words)s” is not kept: there are no scores and no right answers here.", words=lost), at)
    for said in settings.silent:
        account.info(_("“%(words)s” is only needed on paper and was left out.", words=said), draft.line)
    for words, at in draft.unneeded:
        account.info(_("“%(words)s” is only needed on paper and was left out.", words=words), at)
    for line in draft.body.lost:
        account.warn(
            _("Not kept: “%(words)s”. There are no scores and no right answers here.", words=line.text), line.number
        )
    for note in draft.notes:
        account.warn(note, draft.line)
    if not item["title"]:
        item["title"] = _("Question %(number)s", number=draft.line)
        account.warn(_("Line %(line)s: this question has no words of its own.", line=draft.line), draft.line)


def condition(made: Made, draft: Draft) -> None:
    """Read the condition a question begins with: If no, why not?; 第2题选“是”者回答：...; 如果选“是”，...."""
    title = str(made.item["title"])
    if any(show(said, line) for said, line in draft.logic):
        return  # said once more, and plainly
    lead = re.match(r"[(（]?(?=.{0,48}(?:第|\bq|question|[A-Z]\d))(.{4,60}?)[)）]?\s*[,，:：]\s*(?=\S)", title, re.I)
    shown = show(lead[1], draft.line) if lead and target(lead[1]) is None else None
    if lead and shown and (title[0] in "(（" or re.match(r"if|when|如|若|当|凡|第|仅|q\s*\d|[A-Z]\d", title, re.I)):
        made.shows.append(shown)
        if title[lead.end(1) :].lstrip(")） ")[:1] in ":：" or title[0] in "(（":
            made.item["title"] = title[lead.end() :].strip()
    elif (found := follow(title, draft.line)) is not None:
        made.shows.append(found[0])
        made.item["title"] = found[1]


def logic(made: Made, draft: Draft, account: Account) -> None:
    """Read where to go on and when to ask; what is not clear is told."""
    for said, line in draft.logic:
        shown = None if target(said) is not None else show(said, line)
        sent = jumps(said, line) if shown is None else ()
        if shown is not None:
            made.shows.append(shown)
        elif sent:
            made.jumps += sent
        else:
            account.warn(_("Logic not understood, not kept: “%(words)s”.", words=said), line)
    for place, jump in draft.option_jumps:
        made.jumps.append(Jump((f"#{place}",), jump[0], jump[1], jump[2]))


def unsupported(block: Block, account: Account) -> None:
    """Tell that a question is left out, line by line."""
    for line in (block.line, *block.body):
        account.warn(
            _("There is no such question type here, so this was left out: “%(words)s”.", words=line.text[:80]),
            line.number,
        )


def account_for(block: Block, draft: Draft, account: Account) -> None:
    """Write down what each line became."""
    use, found = account.use, draft.body
    use(block.line, pgettext("line", "Question"))
    use(found.hints, pgettext("line", "Setting"))
    use(found.help, pgettext("line", "Help"))
    use(found.lists, pgettext("line", "Setting"))
    use(found.blanks, pgettext("line", "Room to write"))
    use(draft.before, pgettext("line", "Help"))
    use(draft.wrapped, pgettext("line", "Answers"))
    use(draft.entry_lines, pgettext("line", "Answers"))
    for mark in (*draft.marks, *found.rows, *found.columns):
        use(mark.line, pgettext("line", "Answers"))
    for line in draft.wrapped:
        account.info(_("Read as the rest of the option above it."), line.number)
    if block.unsure:
        account.info(_("Read as a question of its own, though it bears no number; unsure."), block.line.number)


def _help(text: str) -> str:
    """Return words of help without their brackets or the word that announces them."""
    match = HELP.fullmatch(text)
    return (
        match[1]
        if match and text.startswith(("提示", "说明", "說明", "hint", "Hint", "help", "Help"))
        else text.strip("()（）")
    )

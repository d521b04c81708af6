"""The operations record as it is read and taken out: words for everything, nothing for strangers, seals that hold."""

import ast
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from core import audit, chain, clock
from core.audit import AuditEntry
from core.db import Model, db
from core.i18n import speaking
from core.settings import ROOT
from desk import actions
from members.models import Organisation
from surveys import fielding
from tests import sample
from tests.house import test_every_page
from tests.house.test_layers import SOURCES

HAN = re.compile(r"[\u4e00-\u9fff]")
# Names made of a list elsewhere: how the code spells the call -> the names it can write.
MADE = {
    "f'talk.correction.{state.value}'": ["talk.correction.taken", "talk.correction.declined"],
    "f'follow_up.{state.value}'": ["follow_up.open", "follow_up.kept", "follow_up.refused"],
    "f'talks.export.{kind.key}'": [f"talks.export.{key}" for key in ("docx", "qdc", "qdpx", "taguette", "xlsx")],
    "f'concerns.export.{kind.key}'": [f"concerns.export.{key}" for key in ("qdc", "qdpx", "xlsx")],
}
STEPS = {"_note", "_done", "Step", "_show"}  # calls whose first text, or whose name, is handed on to `audit.note`


def written() -> set[str]:
    """Return every name of an action the code can write, as far as its text tells; fail where it does not."""
    found: set[str] = set()
    for path, tree in SOURCES.items():
        texts = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for pair in [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)]:
            if isinstance(pair.targets[0], ast.Tuple):
                texts |= {name.id: value for name, value in zip(pair.targets[0].elts, pair.value.elts, strict=True)}
        source = path.read_text(encoding="utf-8")
        if "audit" not in source and "AuditEntry" not in source and "Step" not in source:
            continue
        for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
            found |= _names(call, texts, str(path.relative_to(ROOT)))
    return found


def _names(call: ast.Call, texts: dict[str, ast.expr], place: str) -> set[str]:
    spelt = ast.unparse(call.func)
    if spelt == "audit.note":
        named = call.args[0]
    elif spelt == "AuditEntry":
        named = next(word.value for word in call.keywords if word.arg == "action")
    elif spelt in STEPS and call.args and isinstance(call.args[0], ast.Constant):
        prefix = "action." if place == "concerns/actions.py" else ""
        return {prefix + str(call.args[0].value)}
    else:
        return set()
    if isinstance(named, ast.Subscript):
        named = named.value
    if ast.unparse(named) in MADE:
        return set(MADE[ast.unparse(named)])
    if isinstance(named, ast.Constant):
        return {named.value}
    if isinstance(named, ast.JoinedStr):
        return _of_pieces(named, texts)
    spelling = ast.unparse(named).rpartition(".")[2]
    if spelling in texts:
        return {ast.literal_eval(texts[spelling])}
    if spelling == "OPENED":
        return {"talk.open"}
    assert spelling in {"step", "action", "_name"}, f"{place}: what does {ast.unparse(named)} say?"
    return set()


def _of_pieces(named: ast.JoinedStr, texts: dict[str, ast.expr]) -> set[str]:
    """Return the name before the blank of f"name {about}"; a piece before it is a constant, or one of two."""
    heads = [""]
    for piece in named.values:
        if isinstance(piece, ast.Constant):
            heads = [head + str(piece.value) for head in heads]
        elif isinstance(piece.value, ast.IfExp):
            choice = piece.value
            heads = [head + ast.literal_eval(each) for head in heads for each in (choice.body, choice.orelse)]
        elif isinstance(piece.value, ast.Name) and piece.value.id in texts:
            heads = [head + ast.literal_eval(texts[piece.value.id]) for head in heads]
        elif heads[0].partition(" ")[1]:
            break
        else:
            heads = [f"{head}{{{ast.unparse(piece.value)}}}" for head in heads]
    return {head.partition(" ")[0] for head in heads if head != "action.{step}"}


def test_every_action_the_code_writes_has_words() -> None:
    names = written()
    assert len(names) > 150 and {"talk.open", "talk.file", "talk_rule.use", "action.send_back", "merge"} <= names
    assert names - set(actions.WORDS) == set(), "desk/actions.py lacks words"
    assert set(actions.WORDS) - names == set(), "desk/actions.py has words nobody says"


def test_the_words_are_there_in_both_languages_and_belong_somewhere(app) -> None:
    with app.test_request_context("/"):
        for name, label in [*actions.WORDS.items(), *actions.THINGS.items()]:
            with speaking("zh"):
                assert HAN.search(str(label)), name
            with speaking("en"):
                assert str(label) and not HAN.search(str(label)), name
    for name in actions.WORDS:
        family, dot, _rest = name.partition(".")
        assert not dot or family in actions.FAMILIES, name
    assert set(actions.OF_THING) <= set(actions.THINGS)
    assert set(actions.THINGS) <= {mapper.class_.__name__.lower() for mapper in Model.registry.mappers}


@pytest.fixture
def trail(app, cast):
    audit.note("account.open", cast.member, by=cast.secretary)
    audit.note("rule.change suppression.cell_floor", cast.branch, by=cast.secretary)
    audit.note("begin", cast.investigation, by=cast.committee_member)
    audit.note("account.password", cast.member, by=cast.member)
    audit.note("organisation.change", cast.elsewhere, by=cast.outsider)
    survey = fielding.create(cast.investigation, fielding.sample("opinion-zh"), within=cast.branch, by=cast.secretary)
    audit.note("close", survey, by=None)
    audit.note(f"talk.pass_on to {cast.secretary.id}", cast.investigation, by=cast.committee_member)
    db.session.commit()
    return cast


def words(page) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text.partition("<tbody>")[2].partition("</tbody>")[0]).split())


def test_lines_are_told_in_words_and_lead_to_what_there_still_is(client_for, trail) -> None:
    client = client_for("secretary")
    told = client.get("/app/audit-trail")
    said = words(told)
    assert "开通账号" in said and "suppression.cell_floor" in said and "职工意见调研" in said
    assert "书记甲" in said and "外人丁" not in told.text and "修改组织信息" not in said
    assert re.search(rf'href="/app/[a-z/]*accounts/{trail.member.id}"', told.text)
    assert f'href="/app/investigations/{trail.investigation.id}"' in told.text
    line = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "account.password"))
    # Of a member only the day is known: in that minute he may have answered.
    assert line.at.astimezone().strftime("%H:%M:%S.%f") == "00:00:00.000000"
    assert re.search(rf">{clock.today().isoformat()}</time>", told.text)
    narrowed = words(client.get("/app/audit-trail", query_string={"kind": "accounts", "account": trail.secretary.id}))
    assert "开通账号" in narrowed and "修改规则" not in narrowed and "修改本人密码" not in narrowed
    assert "新建" in words(client.get("/app/audit-trail?kind=surveys"))
    assert "没有符合条件的记录" in client.get("/app/audit-trail?since=2001-01-01&until=2001-02-01").text
    for odd in ("kind=x&account=y", "before=x", "since=yesterday", "account=99999999999999999999", "before=-1"):
        assert client.get(f"/app/audit-trail?{odd}").status_code == 200


def test_long_records_are_turned_page_by_page(client_for, trail) -> None:
    for _number in range(120):
        audit.note("open", trail.investigation, by=trail.secretary)
    db.session.commit()
    client, seen, url = client_for("secretary"), [], "/app/audit-trail?kind=surveys"
    while url:
        page = client.get(url)
        seen += [int(number) for number in re.findall(r'class="t-seq">(\d+)<', page.text)]
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        url = older[1].replace("&amp;", "&") if older else ""
    assert seen == sorted(set(seen), reverse=True) and len(seen) >= 122


@pytest.mark.parametrize("role", ["committee_member", "member", ""])
def test_only_secretaries_read_it(client_for, trail, role) -> None:
    for path in ("audit-trail", "audit-trail/check", "audit-trail/export.csv", "diagnostics"):
        assert client_for(role).get(f"/app/{path}").status_code == (403 if role else 302), path


def test_the_page_and_the_command_find_damage_and_compare_a_printout(app, client_for, trail) -> None:
    client, run = client_for("secretary"), app.test_cli_runner()
    lines, seal = chain.head(trail.branch.id)
    db.session.commit()
    asked = {"lines": lines, "seal": seal[:20]}
    assert "均在原位，未被改动" in client.get("/app/audit-trail/check", query_string=asked).text
    printed = ["--organisation", str(trail.branch.id), "--lines", str(lines), "--seal", seal]
    found = run.invoke(args=["audit", "verify", *printed, "--language", "en"])
    assert found.exit_code == 0 and "sound" in found.output and "unchanged" in found.output
    assert run.invoke(args=["audit", "verify"]).exit_code == 0
    assert run.invoke(args=["audit", "verify", "--lines", "3"]).exit_code == 2
    db.session.execute(sa.text("UPDATE audit_entry SET action = 'merge' WHERE seq = 2 AND organisation_id = 1"))
    db.session.execute(sa.text(f"DELETE FROM audit_entry WHERE seq = {lines} AND organisation_id = 1"))
    db.session.commit()
    page = client.get("/app/audit-trail/check", query_string=asked).text
    assert "第 2 条" in page and "所印的那一条已不在" in page
    found = run.invoke(args=["audit", "verify", *printed, "--language", "en"])
    assert found.exit_code == 1 and "NOT SOUND" in found.output and "The printed line is not there" in found.output


def test_the_files_are_whole_and_the_script_of_the_documents_checks_them(client_for, trail, tmp_path) -> None:
    client = client_for("secretary")
    trail.secretary.name = "=书记"
    db.session.commit()
    script = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.S)[1]
    assert sum(bool(line.strip()) for line in script.splitlines()) <= 20
    (tmp_path / "check.py").write_text(script, encoding="utf-8")

    def judged(name: str, content: bytes) -> tuple[int, str]:
        (tmp_path / name).write_bytes(content)
        ran = subprocess.run([sys.executable, "check.py", name], cwd=tmp_path, capture_output=True, text=True)
        return ran.returncode, ran.stdout

    for kind in ("csv", "json"):
        answer = client.get(f"/app/audit-trail/export.{kind}")
        lines, seal = chain.head(trail.branch.id)
        db.session.commit()
        assert f"-{lines}-{seal[:12]}.{kind}" in answer.headers["Content-Disposition"]
        code, said = judged(f"whole.{kind}", answer.data)
        assert code == 0 and str(lines) in said and seal in said
        content = answer.data.decode("utf-8-sig")
        assert judged(f"changed.{kind}", content.replace("account.open", "account.shut").encode())[0] == 1
        if kind == "csv":
            table = list(csv.DictReader(io.StringIO(content)))
            assert table[-1]["action"] == "trail.export" and table[-1]["who"] == "'=书记"
            cut = "".join(line for number, line in enumerate(content.splitlines(True)) if number != 3)
        else:
            told = json.loads(content)
            assert (told["count"], told["head"]) == (lines, seal) and told["organisation"] == "青石支部"
            del told["lines"][2]
            cut = json.dumps(told)
        assert judged(f"cut.{kind}", cut.encode())[0] == 1


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The loaded sample, where people have answered, talked, grouped, replied and printed."""
    return sample.copied(tmp_path_factory, "every-page", test_every_page.made)


def leaves(value: object) -> Iterator[str]:
    """Yield every text in a stored value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from (text for part in pair for text in leaves(part))
    elif isinstance(value, list | tuple):
        yield from (text for part in value for text in leaves(part))


def test_nothing_anybody_wrote_in_any_table_stands_in_a_line(world) -> None:
    with world.app.app_context():
        lines = db.session.execute(sa.select(AuditEntry.action, AuditEntry.thing, AuditEntry.thing_id)).all()
        assert len(lines) > 20
        assert {actions.parted(line.action)[0] for line in lines} <= set(actions.WORDS)
        assert {line.thing for line in lines} <= set(actions.THINGS)
        said, looked_for = "\n".join(text for line in lines for text in line), 0
        assert said.isascii()
        for table in Model.metadata.sorted_tables:
            if table.name == "audit_entry":
                continue
            for column in [each for each in table.columns if isinstance(each.type, sa.String | sa.JSON)]:
                for value in db.session.scalars(sa.select(column).where(column.is_not(None))):
                    for text in leaves(value):
                        if HAN.search(text) or " " in text:  # somebody's words, not a name of the program
                            looked_for += 1
                            assert text not in said, f"{table.name}.{column.name}: {text}"
        assert looked_for > 1000
        organisations = list(db.session.scalars(sa.select(Organisation.id)))
        assert all(chain.check(number).sound for number in organisations)
        db.session.remove()

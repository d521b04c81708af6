"""The browser's client in Chromium: RFC 9474, the Python device, and a second implementation agree with it."""

import hashlib
import hmac
import json
import random
import statistics
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from anonymity import blind, device, receipts
from core.settings import ROOT
from tests.anonymity.boards import ISSUE, RECEIPT, RFC9474, SVB1, a_board, a_manifest, ballots

sys.path.insert(0, str(ROOT / "tools"))
import client  # noqa: E402

pytestmark = pytest.mark.browser
SECOND = Path(__file__).parent / "vendor" / "blindrsa.js"
INSIDE = (
    "utf8 hex unhex b64u unb64u toNumber toBytes sha256 sha384 hmac derived verify encode inverse root "
    "manifest begin finish leafOf checkReceipt readPoint signedBy readKey filled"
).split()
BAR, THROTTLE = 50, 6  # milliseconds, times slower


def plain_page(_environ: dict, start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/html")])
    return [b"<!doctype html><title>t</title>"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """An empty page of this machine: a secure context, so that the second implementation finds its WebCrypto."""
    server = make_server("127.0.0.1", 0, plain_page, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join()


@pytest.fixture
def lab(browser: Browser, address: str) -> Iterator[Page]:
    """A page with the client as it is served (`xsBallot`) and, to look inside, as it is written (`inside`)."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.add_script_tag(path=client.BUILT)
    sources = "\n".join(path.read_text() for path in client.SOURCES).replace("window.xsBallot", "const kept")
    page.add_script_tag(content=TOOLS)
    page.add_script_tag(content=f"const inside = (() => {{ {sources}\nreturn {{ {', '.join(INSIDE)} }}; }})();")
    yield page
    context.close()


# ---- the build ---------------------------------------------------------------------------------------------------


def test_the_build_gives_the_same_bytes_and_the_page_names_their_hash() -> None:
    assert client.problems() == [], "run tools/client.py"
    built = client.BUILT.read_bytes()
    assert built == client.build() and len(built) < client.LIMIT == 10_000
    assert hashlib.sha384(built).hexdigest() in client.DOCUMENT.read_text()
    page = (ROOT / "templates" / "surveys" / "integrity.html").read_text()
    assert page == client.integrity(built) and len(page) == 71


def test_the_client_uses_nothing_but_random_numbers_of_the_browsers() -> None:
    text = client.BUILT.read_text()
    assert "subtle" not in text and text.count("crypto.") == text.count("crypto.getRandomValues") == 1
    assert "Math.random" not in text and "eval" not in text and "import" not in text and "Date" not in text


@pytest.mark.parametrize(
    "line", ["let a = 1; /* b */", "let a = `b`;", 'let a = "b";', "let a = 1; // b", "let ä = 1;"]
)
def test_the_build_refuses_what_it_cannot_take_apart(line: str, tmp_path: Path) -> None:
    source = tmp_path / "source.js"
    source.write_text(f"// whole lines are comments\n{line}\n")
    with pytest.raises(SystemExit, match="source.js"):
        client.tokenised(source)


def test_the_build_shortens_names_but_not_properties(tmp_path: Path) -> None:
    source = tmp_path / "source.js"
    source.write_text(
        "const salt = 1, other = { salt, key: salt.key };\nfunction f({ salt }) {\n  return salt / 2;\n}\n"
    )
    text = client.written(client.shortened(client.tokenised(source)))
    assert text == "const a=1,c={salt:a,key:a.key};function b({salt:a}){return a/2}"


# ---- hashes, numbers, keys ---------------------------------------------------------------------------------------


def test_hashes_of_every_length_around_a_block(lab: Page) -> None:
    lengths = [*range(140), 239, 240, 241, 255, 256, 1000, 5000]
    texts = [random.Random(length).randbytes(length).hex() for length in lengths]
    found = lab.evaluate(
        "all => all.map(t => [inside.sha256, inside.sha384].map(h => inside.hex(h(inside.unhex(t)))))", texts
    )
    wanted = [[hashlib.new(name, bytes.fromhex(text)).hexdigest() for name in ("sha256", "sha384")] for text in texts]
    assert found == wanted
    key, text = random.Random(1).randbytes(32), random.Random(2).randbytes(99)
    asked = [key.hex(), text.hex()]
    assert lab.evaluate("([k, t]) => inside.hex(inside.hmac(inside.unhex(k), inside.unhex(t)))", asked) == (
        hmac.digest(key, text, "sha256").hex()
    )


def test_inverses(lab: Page) -> None:
    n, dice = ISSUE.public_key().public_numbers().n, random.Random(5)
    asked = [1, 2, 3, n - 1, n - 2, 2**64, 2**2047, 1 << 1000 | 1, *(dice.randrange(1, n) for _ in range(40))]
    asked += [dice.randrange(1, 1 << bits) for bits in range(2, 200, 7)]
    script = "([all, n]) => all.map(a => inside.inverse(BigInt(a), BigInt(n)).toString())"
    assert lab.evaluate(script, [[str(each) for each in asked], str(n)]) == [str(pow(each, -1, n)) for each in asked]
    assert lab.evaluate(script, [[str(each) for each in range(1, ORDER, ORDER // 50)], str(ORDER)]) == [
        str(pow(each, -1, ORDER)) for each in range(1, ORDER, ORDER // 50)
    ]
    refused = (
        "([a, n]) => { try { return '' + inside.inverse(BigInt(a), BigInt(n)); } catch (e) { return e.message; } }"
    )
    p = ISSUE.private_numbers().p
    assert [lab.evaluate(refused, [str(each), str(n)]) for each in (0, p, 7 * p, n)] == ["malformed"] * 4


def test_keys_are_read_strictly(lab: Page) -> None:
    der = blind.public_der(ISSUE).hex()
    read = "t => { try { return inside.readKey(inside.unhex(t)).n.toString(16); } catch (e) { return e.message; } }"
    assert lab.evaluate(read, der) == f"{ISSUE.public_key().public_numbers().n:x}"
    wrong = [
        der[:-1] + "3",  # another exponent
        der + "00",
        der[:-2],
        der.replace("2a864886f70d010101", "2a864886f70d01010a"),  # another kind
        "30820123" + der[8:],
        receipts.public_der(RECEIPT).hex(),
        "",
    ]
    assert [lab.evaluate(read, each) for each in wrong] == ["malformed"] * len(wrong)
    point = receipts.public_der(RECEIPT).hex()
    read = "t => { try { return '' + inside.readPoint(inside.unhex(t))[0]; } catch (e) { return e.message; } }"
    assert lab.evaluate(read, point) == str(RECEIPT.public_key().public_numbers().x)
    off = [f"{point[:-2]}{int(point[-2:], 16) ^ 1:02x}", point[:-2], point + "00", der, point[:54] + "ff" * 64]
    assert [lab.evaluate(read, each) for each in off] == ["malformed"] * len(off)


def test_base64_has_one_spelling(lab: Page) -> None:
    read = "t => { try { return inside.hex(inside.unb64u(t)); } catch (e) { return 'refused'; } }"
    assert lab.evaluate(read, "-_8") == "fbff"
    assert [lab.evaluate(read, text) for text in ("-_9", "-_8=", "+/8", "-_8 ", "a")] == ["refused"] * 5


# ---- RFC 9474 ----------------------------------------------------------------------------------------------------

TOOLS = """window.H = t => inside.unhex(t.replace('0x', ''));
window.same = (u, t) => inside.hex(u) === t.replace('0x', '');
window.imported = (kind, key) =>
  crypto.subtle.importKey(kind, key, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify']);"""
OWN = """all => all.map(v => {
  const X = xsBallot, key = X.rsaKey(BigInt(v.n)), message = H(v.input_msg), salt = H(v.salt || '');
  const made = X.blind(key, message, salt, BigInt(v.r));
  const signature = X.finalize(key, message, H(v.blind_sig), made.undo, salt.length);
  let refused = 0;
  for (const at of [0, 100, 511]) {
    const bad = H(v.blind_sig);
    bad[at] ^= 1;
    try { X.finalize(key, message, bad, made.undo, salt.length); } catch (e) { refused += e.message === 'signature'; }
  }
  return [v.name, same(made.blinded, v.blinded_msg), same(signature, v.sig), made.undo === BigInt(v.inv), refused];
})"""
# The second implementation draws at random what the vectors give: its random numbers are handed to it by length.
OTHER = """async all => {
  const S = blindrsa.RSABSSA.SHA384, real = crypto.getRandomValues.bind(crypto), out = [];
  const kinds = {
    'RSABSSA-SHA384-PSS-Randomized': S.PSS.Randomized, 'RSABSSA-SHA384-PSSZERO-Randomized': S.PSSZero.Randomized,
    'RSABSSA-SHA384-PSS-Deterministic': S.PSS.Deterministic,
    'RSABSSA-SHA384-PSSZERO-Deterministic': S.PSSZero.Deterministic
  };
  for (const v of all) {
    const kind = kinds[v.name](), number = t => inside.toBytes(BigInt(t), 512);
    const key = await imported('jwk', { kty: 'RSA', n: inside.b64u(number(v.n)), e: 'AQAB', alg: 'PS384' });
    const given = [H(v.msg_prefix), H(v.salt || ''), number(v.r)];
    crypto.getRandomValues = u => {
      u.set(given.find(x => x.length === u.length && u.length) || new Uint8Array(u.length));
      return u;
    };
    const prepared = kind.prepare(H(v.msg)), made = await kind.blind(key, prepared);
    crypto.getRandomValues = real;
    const signature = await kind.finalize(key, prepared, H(v.blind_sig), made.inv);
    out.push([v.name, same(made.blindedMsg, v.blinded_msg), same(signature, v.sig)]);
  }
  return out;
}"""
VECTORS = [v | {"r": str(pow(int(v["inv"], 16), -1, int(v["n"], 16)))} for v in RFC9474]


def test_the_vectors_of_rfc_9474(lab: Page) -> None:
    found = lab.evaluate(OWN, VECTORS)
    assert len(found) == 4 and found == [[vector["name"], True, True, True, 3] for vector in VECTORS]


def test_the_second_implementation_says_the_same(lab: Page) -> None:
    lab.add_script_tag(path=SECOND)
    assert lab.evaluate(OTHER, VECTORS) == [[vector["name"], True, True] for vector in VECTORS]


CROSS = """async ([der, message]) => {
  window.lab = { message: H(message), kind: blindrsa.RSABSSA.SHA384.PSS.Randomized() };
  lab.key = await imported('spki', H(der));
  lab.made = await lab.kind.blind(lab.key, lab.message);
  return inside.hex(lab.made.blindedMsg);
}"""


def test_the_second_implementation_works_with_our_server_and_our_client(lab: Page) -> None:
    lab.add_script_tag(path=SECOND)
    message = random.Random(3).randbytes(68)
    der = blind.public_der(ISSUE).hex()
    blinded = lab.evaluate(CROSS, [der, message.hex()])
    signed = blind.Signer(ISSUE).blind_sign(bytes.fromhex(blinded)).hex()
    theirs = lab.evaluate(
        "async t => inside.hex(await lab.kind.finalize(lab.key, lab.message, inside.unhex(t), lab.made.inv))", signed
    )
    assert blind.verify(ISSUE.public_key(), message, bytes.fromhex(theirs))
    check = "([d, m, s]) => inside.verify(inside.readKey(inside.unhex(d)), inside.unhex(m), inside.unhex(s))"
    assert lab.evaluate(check, [der, message.hex(), theirs]) is True
    vector = SVB1["ballots"][0]
    ours = lab.evaluate(
        "async ([m, s]) => lab.kind.verify(lab.key, inside.unhex(s), inside.unhex(m))",
        [vector["message"], vector["signature"]],
    )
    assert ours is True


# ---- the device in Python ----------------------------------------------------------------------------------------

WHOLE = """v => {
  const X = xsBallot, known = X.manifest(v.manifest, JSON.parse(v.manifest).sid), seed = H(v.seed), hex = X.hex;
  const ballot = X.begin(known, seed), leaf = X.leafOf(ballot.message, H(v.salt), v.answers);
  return {
    fingerprint: known.fingerprint, mh: hex(known.mh), recovery_code: X.recoveryCode(seed), prefix: hex(ballot.prefix),
    message: hex(ballot.message), blinded: hex(ballot.blinded), leaf: hex(leaf), seed: hex(X.seedOf(v.recovery_code)),
    signature: hex(X.finish(known, ballot, H(v.blind_signature))), receipt: X.checkReceipt(known, leaf, H(v.receipt))
  };
}"""


@pytest.mark.parametrize("vector", SVB1["ballots"], ids=lambda vector: vector["seed"][:4])
def test_the_client_makes_the_ballots_of_the_reference(lab: Page, vector: dict[str, Any]) -> None:
    found = lab.evaluate(WHOLE, vector)
    assert found == {name: vector[name] for name in found if name != "receipt"} | {"receipt": True}


def test_any_seed_and_manifest_give_the_same_ballot_in_both(lab: Page) -> None:
    dice = random.Random(9474)
    script = """([m, s]) => { const known = xsBallot.manifest(m, JSON.parse(m).sid), seed = xsBallot.unhex(s);
      return [xsBallot.hex(xsBallot.begin(known, seed).blinded), xsBallot.recoveryCode(seed)]; }"""
    for number in range(12):
        text, seed = a_manifest(sid=f"s-{number}", title=f"问卷 “{number}” 😀"), dice.randbytes(16)
        made = device.Device.begin(text, seed)
        assert lab.evaluate(script, [text, seed.hex()]) == [made.blinded.hex(), device.recovery_code(seed)]


def test_a_recovery_code_is_read_forgivingly_and_a_slip_of_the_pen_is_found(lab: Page) -> None:
    seed = bytes(range(40, 56))
    code = device.recovery_code(seed)
    read = "t => { try { return xsBallot.hex(xsBallot.seedOf(t)); } catch (e) { return e.message; } }"
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "o").replace("1", "l")):
        assert lab.evaluate(read, typed) == seed.hex()
    wrong = [
        "",
        code[:-1],
        code + "0",
        code[1] + code[0] + code[2:],
        code[:-1] + ("0" if code[-1] != "0" else "2"),
        "U" * 28,
    ]
    assert [lab.evaluate(read, typed) for typed in wrong] == ["recovery"] * len(wrong)


# ---- receipts and the board --------------------------------------------------------------------------------------

CHECK = """([d, m, s]) => {
  try { return inside.signedBy(inside.readPoint(H(d)), H(m), H(s)); } catch (e) { return e.message; }
}"""
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_signatures_on_the_curve(lab: Page) -> None:
    for number in range(20):
        key, leaf = receipts.generate(), random.Random(number).randbytes(32)
        der, message = receipts.public_der(key).hex(), b"receipt1" + bytes(32) + leaf
        signature = receipts.receipt(key, bytes(32), leaf)
        r, s = signature[:32], signature[32:]
        assert lab.evaluate(CHECK, [der, message.hex(), signature.hex()]) is True
        turned = (ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
        assert lab.evaluate(CHECK, [der, message.hex(), (r + turned).hex()]) is True, "as in every other check"
        wrong = [
            s + r,
            r + r,
            bytes(64),
            bytes(32) + s,
            r + bytes(32),
            r + ORDER.to_bytes(32, "big"),
            signature[:-1],
            b"",
        ]
        wrong += [
            bytes([r[0] ^ 1]) + signature[1:],
            signature[:-1] + bytes([s[-1] ^ 1]),
            b"\xff" * 64,
            signature + b"\0",
        ]
        assert {lab.evaluate(CHECK, [der, message.hex(), each.hex()]) for each in wrong} == {False}
        assert lab.evaluate(CHECK, [der, (message + b"!").hex(), signature.hex()]) is False
        other = receipts.public_der(receipts.generate()).hex()
        assert lab.evaluate(CHECK, [other, message.hex(), signature.hex()]) is False


def test_the_generator_itself_as_a_key(lab: Page) -> None:
    """Where the key is the generator or its opposite the sums meet a double and the point at infinity."""
    from cryptography.hazmat.primitives.asymmetric import ec

    for secret in (1, 2, ORDER - 1):
        key = ec.derive_private_key(secret, ec.SECP256R1())
        signature = receipts.receipt(key, bytes(32), b"x" * 32)
        asked = [receipts.public_der(key).hex(), (b"receipt1" + bytes(32) + b"x" * 32).hex(), signature.hex()]
        assert lab.evaluate(CHECK, asked) is True


BOARD = "([b, mine]) => { try { return xsBallot.checkBoard(b, 's-1', mine); } catch (e) { return e.message; } }"
RIGHT = dict.fromkeys(("survey", "signed", "included", "root", "counts", "receipt"), True)


def test_a_board_is_checked_on_the_device(lab: Page) -> None:
    text = a_manifest()
    print_ = lab.evaluate("m => xsBallot.manifest(m, 's-1').fingerprint", text)
    for count in (1, 2, 3, 7, 8):
        board, ballot = a_board(count), ballots(text, count)[count // 2]
        signature = receipts.receipt(RECEIPT, device.Device.begin(text).mh, ballot.leaf)
        mine = {"leaf": ballot.leaf.hex(), "receipt": client.base64.urlsafe_b64encode(signature).decode().rstrip("=")}
        mine["fingerprint"] = print_
        assert lab.evaluate(BOARD, [board, mine]) == RIGHT
    said = json.loads(board["statement"])
    spoilt = {
        "included": ({}, {"leaf": "00" * 32}),
        "receipt": ({}, {"receipt": mine["receipt"][:-4] + "AAAA"}),
        "survey": ({}, {"fingerprint": "0000 " * 6}),
        "signed": ({"statement": json.dumps(said | {"invited": 99})}, {}),
        "root": ({"leaves": board["leaves"][1:] + board["leaves"][:1]}, {}),
        "counts": ({"leaves": board["leaves"] + ["ff" * 32]}, {}),
    }
    for what, (changed, other) in spoilt.items():
        assert lab.evaluate(BOARD, [board | changed, mine | other])[what] is False, what
    for issued, invited in ((2, 12), (13, 12)):
        assert lab.evaluate(BOARD, [a_board(7, issued=issued, invited=invited), mine])["counts"] is False


# ---- speed -------------------------------------------------------------------------------------------------------

TIMED = """async ([v, times]) => {
  const X = xsBallot, known = X.manifest(v.manifest, JSON.parse(v.manifest).sid), all = [];
  for (const piece of X.rehearsal(known)) { await new Promise(done => setTimeout(done, 0)); piece(); }
  for (let i = 0; i < times; i++) {
    const steps = [performance.now()], step = () => steps.push(performance.now());
    const ballot = X.begin(known, X.unhex(v.seed)); step();
    X.finish(known, ballot, X.unhex(v.blind_signature)); step();
    const leaf = X.leafOf(ballot.message, X.unhex(v.salt), v.answers);
    if (!X.checkReceipt(known, leaf, X.unhex(v.receipt))) { throw Error('receipt'); } step();
    all.push([1, 2, 3].map(k => steps[k] - steps[k - 1]).concat(steps[3] - steps[0]));
  }
  return all; }"""


def test_a_slow_phone_is_fast_enough(lab: Page, capsys: pytest.CaptureFixture[str]) -> None:
    session = lab.context.new_cdp_session(lab)
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    runs = lab.evaluate(TIMED, [SVB1["ballots"][0], 60])
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    whole = [run[3] for run in runs]
    # Other work on the machine slows single runs down, never up: the lower quartile is the phone's own speed.
    quartile, median = (
        statistics.quantiles(whole, n=4)[0],
        [statistics.median(column) for column in zip(*runs, strict=True)],
    )
    with capsys.disabled():
        print(
            f"\nclient at CPU/{THROTTLE}, 2048 bit: blind {median[0]:.1f} + finalize {median[1]:.1f} + receipt"
            f" {median[2]:.1f} = {median[3]:.1f} ms (median of {len(runs)}; lower quartile {quartile:.1f}, fastest"
            f" {min(whole):.1f}, the very first {whole[0]:.0f}; bar {BAR} ms)"
        )
    assert quartile < BAR

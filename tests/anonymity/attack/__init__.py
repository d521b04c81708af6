"""A linkage attack on everything a survey deployment leaves at rest: which answer is whose?

The attacker holds the database file, its write-ahead logs replayed commit by commit, every backup, all free pages and
every log line, knows whose network address is whose, and has unlimited patience; only the running machine is out of
reach. The bar: no strategy beats guessing.

    python -m tests.anonymity.attack hints.json truth.json [--perm 199] [--json out.json]

hints.json says what any insider knows; truth.json what only the test harness knows: {"member id": "response id"}.

    db         the final SQLite file
    wal        a write-ahead log to replay, and `wal_base`, the file it belongs to; more of them in `wals`
    snapshots  older backups, the oldest first
    files      further files whose bytes are searched
    responses  {"table", "id", "answers", "question"}; a BLOB id stands as hex in truth.json
    members    [{"table", "id"}, ...]: every table that names a member
    logs       [{"path", "re"}] with the groups ts, ip, path, bytes, sent, agent; any may be missing
    who        {"address or token seen in a log line": "member id"}: the worst case, everybody's address is known
    issue_re, submit_re   which requests are which

Strategies: values shared raw, hashed, in part or through third tables (`traces`); nearness of bytes (`traces`); every
clock of a member beside every clock of a response (`clocks`): row number, columns, order of keys, numbers inside JSON,
bytes in the file, order inside a page, WAL commit, backup, log time, order and length; and classes beside classes, such
as the device a log names beside the door an answer came through. `chance` holds the tests, `linkage` the whole attack,
`pooling` joins many deployments, `remains` looks for what must not be there at all, and `schema` is what the attack
knows of the product.
"""

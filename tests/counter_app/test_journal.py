import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from counter_app.__main__ import cli
from counter_app.encryption import load_cipher
from counter_app.journal import KEEP, KEEP_UNSENT, About, Journal, Kind, NotYoursError, Question, State, Who
from counter_app.journal_errors import JournalFileError, JournalWriteError
from tests.counter_app.desk import BEGIN

KEY = "7a4bb7de-6a3e-4b3a-9d0c-0a3d5f1f4e55"
UNSENT = KEY.replace("7a", "7c")
ANSWER = {"number": "05971-1-000123", "payee": "H••• Mai"}


def question(key: str = KEY, **changes: Any) -> Question:
    """Build a payment that is to be asked."""
    asked = Question(key, Kind.PAYMENT, "POST", "/pay", b'{"pin":"246810"}', Who("lan", "05971-1", 1), "w1")
    return replace(asked, **changes)


def open_journal(folder: Path) -> Journal:
    """Open the journal of a folder, as a start does."""
    return Journal(folder / "journal.sqlite", load_cipher(folder / "journal.key"))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Give an empty journal."""
    opened = open_journal(tmp_path)
    yield opened
    opened.close()


def on_disk(folder: Path) -> bytes:
    """Read everything the journal has on disk."""
    return b"".join(path.read_bytes() for path in folder.glob("journal.sqlite*"))


def test_written_before_it_is_sent(journal: Journal, tmp_path: Path) -> None:
    """Another process sees the question as soon as it is written."""
    assert journal.begin(question(), BEGIN)
    with sqlite3.connect(tmp_path / "journal.sqlite") as other:
        assert other.execute("SELECT key, state, attempts FROM request").fetchall() == [(KEY, "sent", 1)]
    other.close()


def test_written_to_the_disk_itself(journal: Journal) -> None:
    """Every commit waits for the disk, so that a power cut takes nothing back."""
    settings = [
        journal._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    ]
    assert settings == ["wal", 2]


def test_card_and_pin_are_unreadable_on_disk(journal: Journal, tmp_path: Path) -> None:
    """Nothing of a body or an answer can be read from the file."""
    journal.begin(question(), BEGIN)
    assert b"246810" not in on_disk(tmp_path)
    journal.resolve(KEY, State.ANSWERED, ANSWER, BEGIN)
    assert ANSWER["number"].encode() not in on_disk(tmp_path)


def test_asking_again_has_the_same_body(tmp_path: Path) -> None:
    """After a restart the very same body can be asked again."""
    first = open_journal(tmp_path)
    first.begin(question(), BEGIN)
    first.close()
    again = open_journal(tmp_path)
    assert again.recover() == 1
    assert again.get(KEY).state is State.UNKNOWN
    assert again.body(KEY) == question().body
    again.close()


def test_body_is_erased_when_resolved(journal: Journal) -> None:
    """Once the answer is known the card number and the PIN are gone."""
    journal.begin(question(), BEGIN)
    journal.resolve(KEY, State.ANSWERED, ANSWER, BEGIN)
    assert journal.get(KEY).answer == ANSWER
    with pytest.raises(KeyError):
        journal.body(KEY)


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN, State.ANSWERED])
def test_a_key_is_asked_once(journal: Journal, state: State) -> None:
    """A double click does not write the question again, whatever its body."""
    journal.begin(question(), BEGIN)
    if state is State.UNKNOWN:
        journal.unanswered(KEY)
    if state is State.ANSWERED:
        journal.resolve(KEY, State.ANSWERED, ANSWER, BEGIN)
    before = journal.get(KEY)
    assert not journal.begin(question(body=b"other"), BEGIN + timedelta(minutes=1))
    assert journal.get(KEY) == before


@pytest.mark.parametrize("refused", [True, False])
def test_a_question_that_changed_nothing_may_be_asked_anew(journal: Journal, refused: bool) -> None:  # noqa: FBT001
    """After a refusal, or when nothing was sent, the same key may carry a corrected body."""
    journal.begin(question(), BEGIN)
    if refused:
        journal.resolve(KEY, State.REFUSED, {"slug": "wrong-pin"}, BEGIN)
    else:
        journal.not_sent(KEY)
    assert journal.begin(question(body=b"other"), BEGIN)
    assert journal.get(KEY).state is State.SENT
    assert journal.body(KEY) == b"other"
    assert journal.get(KEY).answer is None


@pytest.mark.parametrize(
    "other",
    [question(who=Who("minh", "05971-1", 1)), question(path="/pay/other"), question(kind=Kind.CLOSE_SHIFT)],
)
def test_a_key_belongs_to_its_question(journal: Journal, other: Question) -> None:
    """Nobody else's question, and no other one, hides behind a known key."""
    journal.begin(question(), BEGIN)
    with pytest.raises(NotYoursError):
        journal.begin(other, BEGIN)


def test_not_sent_only_when_it_never_left(journal: Journal) -> None:
    """A question that may have arrived once stays unknown though the line is down now."""
    journal.begin(question(), BEGIN)
    journal.not_sent(KEY)
    assert journal.get(KEY).state is State.NOT_SENT
    journal.asking(KEY)
    assert journal.get(KEY).state is State.SENT
    journal.unanswered(KEY)
    journal.asking(KEY)
    journal.not_sent(KEY)
    assert journal.get(KEY).state is State.UNKNOWN


def test_a_crash_while_sending_is_unknown(journal: Journal) -> None:
    """What was on its way at a crash may have arrived: a dead line afterwards does not make it unsent."""
    journal.begin(question(), BEGIN)
    journal.recover()
    journal.asking(KEY)
    journal.not_sent(KEY)
    assert journal.get(KEY).state is State.UNKNOWN


@pytest.mark.parametrize("late", [State.REFUSED, State.ANSWERED])
def test_the_first_answer_stands(journal: Journal, late: State) -> None:
    """A resolved question is never resolved otherwise, lost or unsent afterwards."""
    journal.begin(question(), BEGIN)
    journal.resolve(KEY, State.ANSWERED, ANSWER, BEGIN)
    known = journal.get(KEY)
    journal.resolve(KEY, late, {"slug": "late"}, BEGIN + timedelta(minutes=1))
    journal.unanswered(KEY)
    journal.not_sent(KEY)
    assert journal.get(KEY) == known


def test_unshown_until_shown(journal: Journal) -> None:
    """An outcome waits for the clerk who asked until a page has shown it."""
    journal.begin(question(), BEGIN)
    journal.shown(KEY, BEGIN)
    journal.resolve(KEY, State.ANSWERED, ANSWER, BEGIN)
    assert [entry.key for entry in journal.unshown("05971-1", "lan")] == [KEY]
    assert journal.unshown("05971-1", "minh") == []
    journal.shown(KEY, BEGIN)
    assert journal.unshown("05971-1", "lan") == []


def test_tidying_erases_bodies_that_were_never_sent(journal: Journal) -> None:
    """A card number does not lie about because the line was down."""
    journal.begin(question(), BEGIN)
    journal.not_sent(KEY)
    journal.tidy(BEGIN + KEEP_UNSENT)
    assert journal.body(KEY) == question().body
    journal.tidy(BEGIN + KEEP_UNSENT + timedelta(seconds=1))
    with pytest.raises(KeyError):
        journal.body(KEY)


def test_tidying_keeps_what_is_unknown(journal: Journal) -> None:
    """An unknown stays for ever; what is resolved goes after its time."""
    journal.begin(question(), BEGIN)
    journal.unanswered(KEY)
    other = KEY.replace("7a", "7b")
    journal.begin(question(other), BEGIN)
    journal.resolve(other, State.ANSWERED, ANSWER, BEGIN)
    journal.tidy(BEGIN + KEEP)
    assert journal.find(other) is not None
    journal.tidy(BEGIN + 10 * KEEP)
    assert journal.find(other) is None
    assert journal.body(KEY) == question().body


def test_an_answer_cannot_be_without_being_read(journal: Journal) -> None:
    """The database itself refuses a row that is answered without an answer."""
    journal.begin(question(), BEGIN)
    with pytest.raises(sqlite3.IntegrityError):
        journal._database.execute("UPDATE request SET state = 'answered'")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("UPDATE journal_version SET version = 9", r"a newer counter app wrote it \(version 9\)"),
        ("UPDATE request SET kind = 'loan'", r"a newer counter app wrote it \(loan\)"),
        ("DROP TABLE request; CREATE TABLE request (key)", "no such column: kind"),
    ],
)
def test_a_file_of_a_newer_app_is_refused(tmp_path: Path, damage: str, reason: str) -> None:
    """It is not guessed at, not touched, and whoever starts the app reads what to do."""
    made = open_journal(tmp_path)
    made.begin(question(), BEGIN)
    made._database.executescript(damage)
    made.close()
    before = on_disk(tmp_path)
    started = CliRunner().invoke(cli, ["--data-dir", str(tmp_path)])
    assert started.exit_code == 1
    todo = "Start the newest counter app that ran here|The counter's journal is damaged"
    assert re.search(f"cannot open the journal: .*{reason}. Nhật ký của quầy .* / ({todo})", started.stderr)
    assert on_disk(tmp_path) == before


VERSION_1 = """
    CREATE TABLE journal_version (version INTEGER NOT NULL);
    INSERT INTO journal_version VALUES (1);
    CREATE TABLE request (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('open-shift', 'payment', 'close-shift', 'decision')),
        method TEXT NOT NULL, path TEXT NOT NULL, subject TEXT NOT NULL, username TEXT NOT NULL, office TEXT NOT NULL,
        drawer INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, sealed_body BLOB,
        sealed_answer BLOB, created_at TEXT NOT NULL, resolved_at TEXT, shown_at TEXT
    ) STRICT;
    CREATE INDEX request_state ON request (state, created_at);
"""


VERSION_2 = re.sub(r" CHECK \(kind IN .*?\)\)", "", VERSION_1).replace("VALUES (1)", "VALUES (2)")


@pytest.mark.parametrize("version", [VERSION_1, VERSION_2], ids=["1", "2"])
def test_a_journal_of_an_older_version_goes_on(tmp_path: Path, version: str) -> None:
    """What was unknown before the upgrade is unknown after it, and new kinds of requests fit."""
    cipher = load_cipher(tmp_path / "journal.key")
    with sqlite3.connect(tmp_path / "journal.sqlite") as old:
        old.executescript(version)
        body = cipher.encrypt(b"{}", f"{KEY}/body")
        for key, state in ((KEY, "unknown"), (UNSENT, "not-sent")):
            old.execute(
                "INSERT INTO request VALUES (?, 'payment', 'POST', '/pay', 'w1', 'lan', '05971-1', 1, ?, 1, ?,"
                " NULL, ?, NULL, NULL)",
                (key, state, body, BEGIN.isoformat()),
            )
    old.close()
    for _ in range(2):
        journal = open_journal(tmp_path)
        assert [(entry.key, entry.kind) for entry in journal.unresolved()] == [(KEY, Kind.PAYMENT)]
        assert journal.body(KEY) == b"{}"
        assert journal.get(UNSENT).state is State.NOT_SENT
        journal.close()
    journal = open_journal(tmp_path)
    other = KEY.replace("7a", "7b")
    assert journal.begin(question(other, kind=Kind.DEPOSIT, about=About(500_000, "H••• Mai")), BEGIN)
    assert (journal.get(KEY).about, journal.get(other).about) == (None, About(500_000, "H••• Mai"))
    journal.close()


def filled(folder: Path) -> Path:
    """Make a journal of several pages with an unknown payment in it."""
    made = open_journal(folder)
    for number in range(40):
        made.begin(question(f"{number:08x}{KEY[8:]}", body=b"x" * 500), BEGIN)
    made.close()
    return folder / "journal.sqlite"


def shorten(path: Path) -> None:
    """Cut the second half of a file off, as a failing disk does."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path: Path) -> None:
    """Write something else over a file's beginning."""
    path.write_bytes(b"not a database" * 100)


def shut(path: Path) -> None:
    """Let nothing be written beside a file."""
    path.with_name("journal.sqlite-wal").mkdir()


def fill_up(path: Path) -> None:
    """Say that there is no file, where a folder is."""
    path.unlink()
    path.mkdir()


def test_each_page_that_a_disk_loses_is_missed_at_the_start(tmp_path: Path) -> None:
    """An index's too: such a file opens, and fails in the middle of a payment."""
    path = filled(tmp_path)
    whole = path.read_bytes()
    size = int.from_bytes(whole[16:18])  # SQLite's file format, 1.3.2
    for start in range(0, len(whole), size):
        path.write_bytes(whole[:start] + bytes(size) + whole[start + size :])
        with pytest.raises(JournalFileError):
            open_journal(tmp_path)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (shorten, "Nhật ký của quầy bị hỏng. Không xoá tệp"),
        (spoil, "Nhật ký của quầy bị hỏng. Không xoá tệp"),
        (shut, "Không ghi được nhật ký của quầy"),
        (fill_up, "Không ghi được nhật ký của quầy"),
    ],
)
def test_a_harmed_file_says_what_to_do(tmp_path: Path, harm: Callable[[Path], None], said: str) -> None:
    """One line, in Vietnamese first, and the app does not start."""
    harm(filled(tmp_path))
    started = CliRunner().invoke(cli, ["--data-dir", str(tmp_path)])
    assert started.exit_code == 1
    assert said in started.stderr
    assert started.stderr.count("\n") == 1


def test_a_full_disk_sends_nothing(tmp_path: Path) -> None:
    """What cannot be written is not begun; what was answered is told all the same, and found out again later."""
    journal = open_journal(tmp_path)
    journal.begin(question(), BEGIN)
    pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalWriteError, match="full"):
        journal.begin(question(UNSENT, body=b"x" * 100_000), BEGIN)
    assert journal.get(KEY).unresolved
    journal._database.execute("PRAGMA query_only = ON")
    with pytest.raises(JournalWriteError, match="readonly"):
        journal.resolve(KEY, State.ANSWERED, ANSWER, BEGIN)
    journal.shown(KEY, BEGIN)
    assert journal.get(KEY).unresolved
    journal.close()


def test_an_emptied_journal_says_what_may_be_missing(tmp_path: Path) -> None:
    """Where a journal has been, an empty one is told of until something is asked; at the first start it is not."""
    first = Journal(tmp_path / "journal.sqlite", load_cipher(tmp_path / "journal.key"))
    assert not first.emptied
    first.close()
    for path in tmp_path.glob("journal.sqlite*"):
        path.unlink()
    lost = Journal(tmp_path / "journal.sqlite", load_cipher(tmp_path / "journal.key"), worked_here=True)
    assert lost.emptied
    lost.begin(question(), BEGIN)
    assert not lost.emptied
    lost.close()


def test_last_drawer(journal: Journal) -> None:
    """The drawer of the office's last shift is offered first."""
    assert journal.last_drawer("05971-1") is None
    journal.begin(question(kind=Kind.OPEN_SHIFT, who=Who("lan", "05971-1", 3)), BEGIN)
    assert journal.last_drawer("05971-1") == 3
    assert journal.last_drawer("05971-2") is None


@pytest.mark.parametrize("resolved", [False, True])
def test_kill_between_writing_and_answer(tmp_path: Path, resolved: bool) -> None:  # noqa: FBT001
    """A process killed with SIGKILL after writing leaves the question, with its body, to the next start."""
    script = f"""
        import time
        from tests.counter_app import test_journal as t
        from pathlib import Path
        journal = t.open_journal(Path({str(tmp_path)!r}))
        journal.begin(t.question(), t.BEGIN)
        if {resolved}:
            journal.resolve(t.KEY, t.State.ANSWERED, t.ANSWER, t.BEGIN)
        print("written", flush=True)
        time.sleep(60)
    """
    killed(textwrap.dedent(script), lambda line: line == "written\n")
    journal = open_journal(tmp_path)
    assert journal.recover() == (0 if resolved else 1)
    assert journal.get(KEY).state is (State.ANSWERED if resolved else State.UNKNOWN)
    if not resolved:
        assert journal.body(KEY) == question().body
    journal.close()


def killed(script: str, ready: Callable[[str], bool]) -> None:
    """Run a script in a process of its own and kill it as soon as it says it is ready."""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert ready(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL

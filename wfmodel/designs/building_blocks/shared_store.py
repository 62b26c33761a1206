"""A store that several participants share: rows, guarded updates, locks, and what goes wrong.

- **Read, then write**: between the two somebody else may write (a lost update).
- **Guarded update**: ``CompareAndSet`` writes only if the row still is what was expected.
- **A transaction** locks rows (``Lock``), writes them, and ends with ``Commit`` or ``Rollback``;
  whoever wants a locked row meanwhile waits. Rows locked in different orders are a deadlock. A
  crash of who holds locks rolls back if the store watches him (``watches={"store": ...}``).
- **Isolation**: ``dirty_reads=True`` shows to readers what is not committed (read uncommitted);
  otherwise a ``ReadRow`` sees what was committed last (read committed), and another one later may
  see something else (a fuzzy read).
- **A stale read**: a ``Follower`` has the rows as they were when the store last told it.

The anomalies are those of Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

from wfmodel.designs.messages import Action, Event, PeerGone, Received, Send
from wfmodel.designs.state import Status, View
from wfmodel.designs.value_words import value_words


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What is in a row? The answer is ``Value``."""

    row: str
    who: str

    def __str__(self) -> str:
        return f"{self.who} reads {self.row}"


@dataclass(frozen=True, slots=True)
class Value:
    """What a row is, as far as the store says."""

    row: str
    value: Any

    def __str__(self) -> str:
        return f"{self.row} is {value_words(self.value)}"


@dataclass(frozen=True, slots=True)
class WriteRow:
    """Put a value into a row; at once, or at the commit if ``who`` holds its lock."""

    row: str
    value: Any
    who: str

    def __str__(self) -> str:
        return f"{self.who} writes {self.row} := {value_words(self.value)}"


@dataclass(frozen=True, slots=True)
class CompareAndSet:
    """Put a value into a row if it is what was expected."""

    row: str
    expected: Any
    value: Any
    who: str

    def __str__(self) -> str:
        was, now = value_words(self.expected), value_words(self.value)
        return f"{self.who} sets {self.row} from {was} to {now}"


@dataclass(frozen=True, slots=True)
class Lock:
    """Lock a row; the answer, once nobody else holds it, is its ``Value``."""

    row: str
    who: str

    def __str__(self) -> str:
        return f"{self.who} locks {self.row}"


@dataclass(frozen=True, slots=True)
class Commit:
    """What ``who`` wrote under locks is there for all; the locks are free."""

    who: str

    def __str__(self) -> str:
        return f"{self.who} commits"


@dataclass(frozen=True, slots=True)
class Rollback:
    """What ``who`` wrote under locks never was; the locks are free."""

    who: str

    def __str__(self) -> str:
        return f"{self.who} rolls back"


@dataclass(frozen=True, slots=True)
class Done:
    """A write, a commit or a rollback is done; ``ok``: whether a guarded update was."""

    ok: bool = True

    def __str__(self) -> str:
        return "done" if self.ok else "refused"


@dataclass(frozen=True)
class StoredRows:
    """The store's state: committed rows, locks with what was written under them, who waits."""

    rows: tuple[tuple[str, Any], ...]
    locks: tuple[tuple[str, str, Any], ...] = ()
    """(row, holder, its value for the holder)."""
    waiting: tuple[Any, ...] = ()
    """Requests for rows that somebody else holds, in the order in which they came."""

    def holder(self, row: str) -> str | None:
        """Who holds the lock of a row."""
        return next((who for name, who, _ in self.locks if name == row), None)

    def seen_by(self, who: str, row: str, *, dirty: bool) -> Any:  # noqa: ANN401 - one's own
        """What a row is to somebody."""
        for name, holder, value in self.locks:
            if name == row and (dirty or holder == who):
                return value
        return dict(self.rows)[row]

    def __str__(self) -> str:
        rows = [f"{row} = {value_words(value)}" for row, value in self.rows]
        locks = [f"{row} locked by {who}" for row, who, _ in self.locks]
        waiting = [f"waiting: {each}" for each in self.waiting]
        return ", ".join((*rows, *locks, *waiting))


@dataclass(frozen=True)
class SharedStore:
    """Rows and their values at first. ``followers`` hear of every commit."""

    rows: tuple[tuple[str, Hashable], ...]
    dirty_reads: bool = False
    followers: tuple[str, ...] = ()

    @property
    def initial(self) -> StoredRows:
        """All rows, no lock."""
        return StoredRows(tuple(sorted(self.rows)))

    def react(self, state: StoredRows, event: Event) -> tuple[StoredRows, tuple[Action, ...]]:
        """Do what is asked, or let it wait; what waited goes on once locks are free."""
        match event:
            case Received(Commit(who)):
                written = tuple((row, value) for row, holder, value in state.locks if holder == who)
                return self._freed(_with_rows(state, written), who, written, (_to(who, Done()),))
            case Received(Rollback(who)):
                return self._freed(state, who, (), (_to(who, Done()),))
            case Received(PeerGone(who)):
                left = tuple(each for each in state.waiting if each.who != who)
                return self._freed(replace(state, waiting=left), who, (), ())
            case Received(ReadRow() | WriteRow() | CompareAndSet() | Lock() as request):
                return self._asked(state, request)
        return state, ()

    def _asked(self, state: StoredRows, request: Any) -> tuple[StoredRows, tuple[Action, ...]]:  # noqa: ANN401
        row, who = request.row, request.who
        if isinstance(request, ReadRow):
            value = state.seen_by(who, row, dirty=self.dirty_reads)
            return state, (_to(who, Value(row, value)),)
        holder = state.holder(row)
        if holder not in (None, who):
            return replace(state, waiting=(*state.waiting, request)), ()
        found = state.seen_by(who, row, dirty=False)
        if isinstance(request, Lock):
            if holder is None:
                state = replace(state, locks=tuple(sorted((*state.locks, (row, who, found)))))
            return state, (_to(who, Value(row, found)),)
        ok = isinstance(request, WriteRow) or found == request.expected
        if ok and holder == who:
            locks = (each for each in state.locks if each[0] != row)
            state = replace(state, locks=tuple(sorted((*locks, (row, who, request.value)))))
        elif ok:
            state = _with_rows(state, ((row, request.value),))
            return state, (_to(who, Done()), *self._told(((row, request.value),)))
        return state, (_to(who, Done(ok)),)

    def _freed(
        self,
        state: StoredRows,
        who: str,
        written: tuple[tuple[str, Any], ...],
        sends: tuple[Action, ...],
    ) -> tuple[StoredRows, tuple[Action, ...]]:
        """After the locks of somebody are free: what waited is asked again, in order."""
        waiting = state.waiting
        locks = tuple(each for each in state.locks if each[1] != who)
        state = replace(state, locks=locks, waiting=())
        sends = (*sends, *self._told(written))
        for request in waiting:
            state, more = self._asked(state, request)
            sends = (*sends, *more)
        return state, sends

    def _told(self, written: tuple[tuple[str, Any], ...]) -> tuple[Action, ...]:
        if not self.followers:
            return ()
        return tuple(Send(self.followers, _message(Value(*each))) for each in written)

    def view(self, state: StoredRows) -> View:
        """Under way as long as somebody waits for a lock."""
        return View(Status.RUNNING if state.waiting else Status.UNKNOWN)


@dataclass(frozen=True)
class Follower:
    """A copy that is only read, and lags behind: it has what the store's last message said."""

    rows: tuple[tuple[str, Hashable], ...]

    @property
    def initial(self) -> StoredRows:
        """The same rows as the store's."""
        return StoredRows(tuple(sorted(self.rows)))

    def react(self, state: StoredRows, event: Event) -> tuple[StoredRows, tuple[Action, ...]]:
        """Follow, and answer."""
        match event:
            case Received(Value(row, value)):
                return _with_rows(state, ((row, value),)), ()
            case Received(ReadRow(row, who)):
                return state, (_to(who, Value(row, dict(state.rows)[row])),)
        return state, ()

    def view(self, state: StoredRows) -> View:
        """It waits for nothing."""
        return View()


def _with_rows(state: StoredRows, written: tuple[tuple[str, Any], ...]) -> StoredRows:
    return replace(state, rows=tuple(sorted({**dict(state.rows), **dict(written)}.items())))


def _to(who: str, message: object) -> Send:
    return Send((who,), _message(message))


def _message(message: Any) -> Any:  # noqa: ANN401 - one's own messages are of any kind
    return message

"""Output files that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import FrameType

from costcalc.errors import CostcalcError


@contextmanager
def output_file(path: Path, *, force: bool) -> Iterator[Path]:
    """A path to write to, which becomes ``path`` when the block ends without an error.

    Whatever goes wrong, an interruption too, nothing partial stays. A device (``/dev/stdout``) is
    written to as it is.

    :raises CostcalcError: ``path`` exists and ``force`` is not given, or it can't be written.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        with _told(path):
            yield path
        return
    if path.is_dir():
        raise CostcalcError(f"{path} is a directory", "the name of a file")
    if path.exists() and not force:
        raise _exists(path)
    target = Path(os.path.realpath(path))  # a link stays, the file that it names is replaced
    with _told(path), _terminable():
        import tempfile  # not on the way of `count`, and it imports much

        handle, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.parent
        )
        temporary = Path(name)
        try:
            os.close(handle)
            yield temporary
            umask = os.umask(0)
            os.umask(umask)
            temporary.chmod(0o666 & ~umask)
            if force:
                temporary.replace(target)
            else:
                _place(temporary, target, path)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()


@contextmanager
def printed_to(path: Path, *, force: bool) -> Iterator[None]:
    """Whatever the block prints goes to a file, as :func:`output_file` writes it."""
    with (
        output_file(path, force=force) as target,
        target.open("w", encoding="utf-8", newline="\n") as out,
        redirect_stdout(out),
    ):
        yield


def _place(temporary: Path, target: Path, path: Path) -> None:
    """Give the file its name, unless another process took it meanwhile."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a file system without links
        temporary.replace(target)


def _exists(path: Path) -> CostcalcError:
    return CostcalcError(f"{path} exists", "--force overwrites it")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn the system's errors into one line that names the file."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise CostcalcError(f"{path}: {reason}", "nothing was written") from None


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a process that is terminated, or whose terminal closes, clean up as an interrupted one
    does. Signals that are ignored, as under nohup, stay ignored."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    with ExitStack() as before:
        if threading.current_thread() is threading.main_thread():  # no other may set handlers
            for name in ("SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)  # Windows has no SIGHUP
                if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                    before.callback(signal.signal, number, signal.signal(number, leave))
        yield

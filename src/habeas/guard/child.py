"""One function of the project, one payload, one child process with limits of time, memory and files. Bytes in, bytes out.

The child gets no environment but what Python needs, and its standard streams are the only channel. On POSIX its address
space, CPU time and open files are limited by ``setrlimit``, and it can write no file; on Windows only the time limit holds (not run here).

What it does not do: it is no sandbox against a kernel exploit, and it does not cut the network off (no parser here asks for it).
"""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from habeas.domain.errors import HabeasError
from habeas.locale import tr

MEBIBYTE = 1 << 20
_REFUSED = 64


class ChildFailed(HabeasError):
    """The child that was to read a file did not finish. ``why``: time, memory, crash or refused."""

    def __init__(self, why: str, said: bytes = b"") -> None:
        """``said``: what the child answered when it refused; nothing else of the child's output is kept."""
        self.why = why
        self.said = said
        super().__init__(tr("the reader of this file stopped ({why})", why=why))


def run_in_child(function: str, payload: bytes, *, seconds: int = 60, megabytes: int = 2048) -> bytes:
    """Call ``package.module:function`` with ``payload`` in a child and return its answer; raise :class:`ChildFailed`.

    The function takes and returns bytes; to refuse, it raises :class:`ValueError` whose one argument is bytes.
    """
    environment = {key: os.environ[key] for key in ("SYSTEMROOT", "PATH", "LANG", "LC_ALL") if key in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    environment["PYTHONHASHSEED"] = "0"
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, "-P", "-m", "habeas.guard.child", function, str(seconds), str(megabytes)]
    try:
        done = subprocess.run(  # our own interpreter and module
            command, input=payload, capture_output=True, timeout=seconds + 10, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise ChildFailed("time") from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode == _REFUSED:
        raise ChildFailed("refused", done.stdout)
    raise ChildFailed(_why(done.returncode, done.stderr))


def _why(code: int, stderr: bytes) -> str:
    if b"MemoryError" in stderr or b"bad_alloc" in stderr:
        return "memory"
    return "time" if code in (-24, -9) else "crash"


def _limit(seconds: int, megabytes: int) -> None:
    try:
        import resource  # noqa: PLC0415  # POSIX only
    except ImportError:
        return
    wanted = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes * MEBIBYTE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    )
    for what, value in wanted:
        _, hard = resource.getrlimit(what)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (ceiling, hard))


def main(arguments: list[str]) -> int:
    """The child's side: read the payload, call the function, write the answer. Tracebacks stay in the child."""
    name, seconds, megabytes = arguments
    payload = sys.stdin.buffer.read()
    _limit(int(seconds), int(megabytes))
    module, _, attribute = name.partition(":")
    try:
        function = cast("Callable[[bytes], Any]", getattr(import_module(module), attribute))
        answer = function(payload)
    except MemoryError:
        sys.stderr.write("MemoryError")
        return 1
    except ValueError as refused:
        if len(refused.args) != 1 or not isinstance(refused.args[0], bytes):
            raise
        sys.stdout.buffer.write(refused.args[0])
        return _REFUSED
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

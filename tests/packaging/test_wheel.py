"""What is released holds everything that the screens need, and runs from where it was installed."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("src", "pyproject.toml", "README.md", "LICENSE"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, source / name)
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)], check=True, cwd=source, capture_output=True)
    (made,) = out.glob("*.whl")
    return made


def test_it_holds_templates_fonts_guides_catalogues_outlines_and_the_demo_case(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "src/habeas").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT / "src").as_posix() in names, path
    assert not [name for name in names if name.startswith(("tests", "tools", "docs"))]


def test_it_runs_from_where_it_was_unpacked(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    script = "import habeas.web.app, habeas.web.views.settings as s, habeas.dossier.places_map as m; print(habeas.__file__, len(s.guides()), len(m._rings()))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path), "PATH": os.defpath},
    )
    assert done.returncode == 0 and done.stdout.startswith(str(tmp_path)), done.stderr


def test_pip_installs_it_with_its_command(wheel, tmp_path):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(tmp_path), str(wheel)]
    installed = subprocess.run(command, check=False, capture_output=True, text=True)
    assert installed.returncode == 0, installed.stderr
    done = subprocess.run(
        [tmp_path / "bin/habeas", "--version"], check=False, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path), "PATH": os.defpath}
    )
    assert done.returncode == 0 and "habeas" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is wanted")
def test_the_launcher_of_linux_starts_the_program_and_says_plainly_where_there_is_none(tmp_path):
    home = tmp_path / "home/.local/bin"
    home.mkdir(parents=True)
    launcher = ROOT / "launchers/habeas.sh"
    none = subprocess.run(
        ["sh", launcher], check=False, input="\n", capture_output=True, text=True, env={"HOME": str(tmp_path / "nobody"), "PATH": "/usr/bin:/bin"}
    )
    assert none.returncode == 1 and "not installed for this user" in none.stdout
    (home / "habeas").write_text('#!/bin/sh\necho started "$@"\n')
    (home / "habeas").chmod(0o755)
    done = subprocess.run(
        ["sh", launcher, "--version"], check=False, capture_output=True, text=True, env={"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}
    )
    assert done.stdout == "started --version\n"


@pytest.mark.parametrize("name", ["habeas.sh", "habeas.command", "habeas.bat", "habeas.desktop"])
def test_every_launcher_names_the_one_command(name):
    text = (ROOT / "launchers" / name).read_bytes()
    assert b"habeas" in text and (b"\r\n" in text) == (name == "habeas.bat")

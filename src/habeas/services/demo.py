"""The demonstration: the public case of Julio Castro, from a folder that ships with the program to a verified dossier."""

import shutil
from datetime import date
from importlib import resources
from pathlib import Path

import msgspec

from habeas.domain.errors import BadInput
from habeas.locale import tr
from habeas.seal.signature import SigningKey
from habeas.services.disclosing import DossierMade, Progress, make_dossier, make_memorandum
from habeas.services.keys import make_key, read_key
from habeas.services.source import folder_source

DAY = date(2026, 11, 22)
"""The demonstration prints a fixed day, so that its pages are the same wherever it runs."""


_OWN = frozenset({".habeas-demo", "castro-1977", "demo-key.pem", "dossier", "memorandum.pdf", "timeline.svg"})


class DemoMade(msgspec.Struct, frozen=True, kw_only=True):
    """What the demonstration wrote, each path to be opened by the reader."""

    folder: Path
    case: Path
    key: Path
    memorandum: Path
    timeline: Path
    dossier: DossierMade


def run_demo(folder: Path, progress: Progress = lambda *_: None) -> DemoMade:
    """Write the demo case, a fresh key, the dossier and the memorandum below ``folder``, which must be new or a demo's own."""
    marker = folder / ".habeas-demo"
    if folder.exists() and any(folder.iterdir()):
        if not marker.exists() or {path.name for path in folder.iterdir()} - _OWN:
            raise BadInput.one(folder.name, tr("the folder holds something that is not of this demonstration; name another"))
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text("", encoding="utf-8")
    case = folder / "castro-1977"
    with resources.as_file(resources.files("habeas.demo_case")) as source:
        shutil.copytree(source / "castro-1977", case)
    key = make_key(folder / "demo-key.pem", None)
    signing: SigningKey = read_key(key.path, None)
    origin = folder_source(case)
    made = make_dossier(origin, folder / "dossier", signing, DAY, progress=progress)
    memorandum = folder / "memorandum.pdf"
    memorandum.write_bytes(make_memorandum(origin.case, DAY))
    timeline = folder / "timeline.svg"
    timeline.write_text(made.timeline, encoding="utf-8")
    return DemoMade(folder=folder, case=case, key=key.path, memorandum=memorandum, timeline=timeline, dossier=made)

"""The demonstration: the public case of Julio Castro, from a folder that ships with the program to a verified dossier."""

import shutil
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import msgspec

from habeas.domain.errors import BadInput
from habeas.locale import tr
from habeas.seal.signature import SigningKey
from habeas.services.casebook import utc_now
from habeas.services.cases import import_folder
from habeas.services.disclosing import DossierMade, Progress, make_dossier, make_memorandum
from habeas.services.exports import write_private
from habeas.services.keys import make_key, read_key
from habeas.services.source import folder_source
from habeas.services.vaults import Verified, verify_vault
from habeas.vault.vault import check_recovery, create_vault, make_recovery

DAY = date(2026, 11, 22)
"""The demonstration prints a fixed day, so that its pages are the same wherever it runs."""


_OWN = frozenset({".habeas-demo", "castro-1977", "demo-key.pem", "dossier", "memorandum.pdf", "timeline.svg", "vault", "vault-passphrase.txt"})
_PASSPHRASE = "of the demonstration only"  # noqa: S105  # printed, and no secret is under it


class DemoMade(msgspec.Struct, frozen=True, kw_only=True):
    """What the demonstration wrote, each path to be opened by the reader."""

    folder: Path
    case: Path
    key: Path
    memorandum: Path
    timeline: Path
    dossier: DossierMade
    vault: Path
    passphrase: Path
    cid: str
    verified: Verified


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
    write_private(memorandum, make_memorandum(origin.case, DAY))
    timeline = folder / "timeline.svg"
    timeline.write_text(made.timeline, encoding="utf-8")
    cid, verified = _seal(folder, case, progress)
    return DemoMade(
        folder=folder, case=case, key=key.path, memorandum=memorandum, timeline=timeline, dossier=made, vault=folder / "vault",
        passphrase=folder / "vault-passphrase.txt", cid=cid, verified=verified,
    )  # fmt: skip


def _seal(folder: Path, case: Path, progress: Progress) -> tuple[str, Verified]:
    """The same case in a vault, read to the end."""
    (folder / "vault-passphrase.txt").write_text(_PASSPHRASE + "\n", encoding="utf-8")
    with create_vault(folder / "vault", _PASSPHRASE, "demo", utc_now) as vault:
        check_recovery(vault, list(make_recovery(vault, 1, 1)))
        taken = import_folder(vault, case, DAY + timedelta(days=365), progress)
        return taken.cid, verify_vault(vault)

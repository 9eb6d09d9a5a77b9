"""Makes real sealed bags, and others like them."""

from pathlib import Path

from habeas.seal import bag, kit
from habeas.seal.bag_writer import write_bag
from habeas.seal.signature import SigningKey

PAYLOAD: dict[str, bag.Content] = {
    "dossier.pdf": b"%PDF-1.7 findings\n",
    "exhibits/E001.txt": b"He was held there in August.\n",
    "exhibits/E002.bin": bytes(range(256)) * 9,
    "exhibits/empty.txt": b"",
    "показания/é свидетель.txt": "Я видела его.\n".encode(),
}


def make_bag(folder: Path, key: SigningKey, payload: dict[str, bag.Content] | None = None) -> Path:
    tags = {**kit.recipient_kit(), "README.txt": b"Nineteen findings.\n", "stamps/first.tsr": b"\x30\x03"}
    info = [("Source-Organization", "Defence of X"), ("External-Description", "Dossier 7")]
    write_bag(folder, bag.lay_out(payload or PAYLOAD, tags, info, key))
    return folder

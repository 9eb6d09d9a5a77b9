"""Lays out a BagIt 1.0 bag (RFC 8493) with an Ed25519 signature over its tag manifest; `bag_writer` writes it.

The same input gives the same bytes: files are sorted, and no clock is read (a `Bagging-Date` is the caller's to give).
What is disclosable is decided before: whatever is handed in here leaves.

RFC 8493 lets a path hold line breaks and percent signs, escaped by "%" in the manifests. Such a path is refused here,
since RFC 8493, the `bagit` package and `sha256sum -c` read "%25" in different ways and a recipient may use any of them.
So a path in a manifest is the file's name, byte for byte. `fetch.txt` and lists by other hashes are refused too, since
other programs would obey them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .digest import Digest, digest_chunks
from .errors import BagContentError, BagInfoError, UnsafePathError
from .signature import SigningKey
from .verify import (
    BAG_INFO,
    BAGIT,
    DECLARATION,
    MANIFEST,
    PAYLOAD,
    SIGNATURE,
    SIGNER,
    TAG_MANIFEST,
    path_problem,
    printable,
)

Content = bytes | Callable[[], Iterable[bytes]]
"""Bytes, or for what is large a function that opens it anew and yields it in chunks: once to hash, once to write."""

LONGEST_NAME = 255
"""UTF-8 bytes of one part of a path: the limit of ext4, APFS and (in UTF-16) NTFS."""

LONGEST_PATH = 180
"""Characters of a path in a bag: leaves room under the 260 of Windows for the folder in which the bag is put."""

_WRITTEN_HERE = (BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST, SIGNATURE, SIGNER)
_BROUGHT = ("VERIFY.txt", "verify.py")
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])( *\..*)?", re.IGNORECASE)
_FOREIGN_LISTS = re.compile(r"fetch\.txt|(tag)?manifest-.*\.txt", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BagFile:
    """One file to be written: its path inside the bag with `/`, its content, and the digest that the lists promise."""

    path: str
    content: Content
    digest: Digest

    def chunks(self) -> Iterator[bytes]:
        """Yield the content from its beginning."""
        yield from chunks_of(self.content)


def chunks_of(content: Content) -> Iterable[bytes]:
    """Return the content as chunks, from its beginning."""
    return (content,) if isinstance(content, bytes) else content()


def lay_out(
    payload: Mapping[str, Content],
    tag_files: Mapping[str, bytes],
    info: Sequence[tuple[str, str]],
    key: SigningKey,
) -> tuple[BagFile, ...]:
    """Return every file of a signed bag, the payload first, then the tag files, then their list, then its signature.

    `payload`: path below data/ -> content, at least one. `tag_files`: path -> bytes, with VERIFY.txt and verify.py (see
    `kit`) and whatever else explains the bag. `info`: label and value of bag-info.txt, in order; Payload-Oxum is added.
    Raises UnsafePathError, BagInfoError or BagContentError.
    """
    _check_names(payload, tag_files)
    data = [_file(PAYLOAD + path, content) for path, content in sorted(payload.items())]
    own = {
        BAGIT: DECLARATION,
        BAG_INFO: _bag_info(info, data),
        MANIFEST: _manifest(data),
        SIGNER: key.public_pem,
    }
    tags = [_file(path, content) for path, content in sorted({**tag_files, **own}.items())]
    listing = _manifest(tags)
    return (*data, *tags, _file(TAG_MANIFEST, listing), _file(SIGNATURE, key.sign(listing)))


def check_path(path: str) -> None:
    """Raise UnsafePathError unless this path means the same file on Linux, macOS and Windows."""
    problem = path_problem(path) or _portability_problem(path)
    if problem:
        raise UnsafePathError(f"{printable(path)} {problem}")


def _portability_problem(path: str) -> str | None:
    """Say what some system would not store as it stands (Microsoft, "Naming Files, Paths, and Namespaces")."""
    parts = path.split("/")
    if not path.isprintable():
        return "holds an invisible character"
    if re.search(r'[<>"|?*]', path):
        return 'holds one of < > " | ? *, which Windows refuses'
    if any(part != part.strip() or part.endswith(".") for part in parts):
        return "has a part that begins or ends with a space, or ends with a dot"
    if any(_DEVICES.fullmatch(part) for part in parts):
        return "has a part that is the name of a device on Windows"
    if len(path) > LONGEST_PATH or any(len(part.encode()) > LONGEST_NAME for part in parts):
        return f"is too long ({LONGEST_PATH} characters, and {LONGEST_NAME} bytes for a part, are the most)"
    return None


def _check_names(payload: Mapping[str, Content], tag_files: Mapping[str, bytes]) -> None:
    if not payload:
        raise BagContentError("there is nothing to disclose")
    for path in tag_files:
        first = _folded(path).partition("/")[0]
        if first == PAYLOAD.rstrip("/") or _FOREIGN_LISTS.fullmatch(path):
            raise UnsafePathError(f"{printable(path)} has a meaning of its own in a bag")
    for path in _BROUGHT:
        if path not in tag_files:
            raise BagContentError(f"{path} is missing")
    paths = [*(PAYLOAD + path for path in payload), *tag_files]
    for path in paths:
        check_path(path)
    _check_collisions([*paths, *_WRITTEN_HERE])


def _check_collisions(paths: Iterable[str]) -> None:
    """Raise if two paths are one on some disk, or if one is both a file and a folder."""
    files: set[str] = set()
    folders: dict[str, str] = {}  # folded -> as spelled: Exhibits/ and exhibits/ would become one
    for path in paths:
        parts = path.split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        if _folded(path) in files or any(folders.setdefault(_folded(folder), folder) != folder for folder in above):
            raise UnsafePathError(f"{printable(path)} differs from another only in capitals or accents, or is there twice")
        files.add(_folded(path))
    for path in files & folders.keys():
        raise UnsafePathError(f"{printable(path)} is both a file and a folder")


def _folded(path: str) -> str:
    """Return what a disk that ignores case and composition may take the path for (Unicode 3.13, D145)."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


def _file(path: str, content: Content) -> BagFile:
    return BagFile(path=path, content=content, digest=digest_chunks(chunks_of(content)))


def _manifest(files: Iterable[BagFile]) -> bytes:
    """Return the list that `sha256sum -c` reads: 64 hex digits, two spaces, path, LF."""
    return "".join(f"{file.digest.sha256}  {file.path}\n" for file in files).encode()


def _bag_info(info: Sequence[tuple[str, str]], data: Sequence[BagFile]) -> bytes:
    """Return bag-info.txt (RFC 8493, 2.2.2), one unfolded line a field."""
    for label, value in info:
        if not re.fullmatch(r"[!-9;-~]+", label) or label.casefold() == "payload-oxum":
            raise BagInfoError(f"label {printable(label)}")
        if not value.isprintable() or not value or value != value.strip():
            raise BagInfoError(f"value of {label}")
    oxum = f"{sum(file.digest.size for file in data)}.{len(data)}"
    return "".join(f"{label}: {value}\n" for label, value in (*info, ("Payload-Oxum", oxum))).encode()

"""The two files that every bag carries for its reader, as they ship with this package: VERIFY.txt and verify.py.

It does not sign or write. The files are the same in every bag of one release, so a recipient can compare them with it.
"""

from importlib import resources


def recipient_kit() -> dict[str, bytes]:
    """Return tag path -> content, with LF line ends on every system (a checkout on Windows may have made them CRLF)."""
    folder = resources.files(__package__)
    return {name: (folder / name).read_bytes().replace(b"\r\n", b"\n") for name in ("VERIFY.txt", "verify.py")}

"""The two files that every bag carries for its reader, as they ship with this package: VERIFY.txt and verify.py; a translation where there is one.

It does not sign or write. The files are the same in every bag of one release, so a recipient can compare them with it.
"""

from importlib import resources


def recipient_kit(language: str = "en") -> dict[str, bytes]:
    """Return tag path -> content, with LF line ends on every system (a checkout on Windows may have made them CRLF).

    `language` (ISO 639-1): VERIFY.txt comes in it as well, where it was translated, beside the English one.
    """
    folder = resources.files(__package__)
    names = ["VERIFY.txt", "verify.py"]
    names += [name for name in (f"VERIFY.{language}.txt",) if (folder / name).is_file()]
    return {name: (folder / name).read_bytes().replace(b"\r\n", b"\n") for name in names}

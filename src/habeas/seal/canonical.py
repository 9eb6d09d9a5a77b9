"""One spelling of a record: JSON in UTF-8 with keys in order, no spaces and no floats (RFC 8785 for what stands in a vault).

It is what is hashed, signed and compared; two records are the same where their bytes are.
"""

from typing import Any

import msgspec


def canonical(value: Any) -> bytes:  # whatever msgspec encodes
    """The bytes of a record or of plain values."""
    return msgspec.json.encode(value, order="sorted")

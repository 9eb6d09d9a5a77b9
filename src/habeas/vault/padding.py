"""Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019): lengths rounded so that few differ.

At most 12 % is added; short texts all look like 256 bytes.
"""

SHORTEST = 256


def padded_size(size: int) -> int:
    """The length that is shown for ``size`` bytes."""
    if size <= SHORTEST:
        return SHORTEST
    exponent = size.bit_length() - 1
    last = exponent - exponent.bit_length()
    mask = (1 << last) - 1
    return (size + mask) & ~mask

"""Which names stand in a compartment: the one list that sync, recovery and the doctor go by."""

import re

_EPOCH = "[0-9]{1,9}-[0-9a-f]{8}"
NAME = re.compile(
    rf"members/[0-9]{{4}}[.]age|keys/{_EPOCH}[.][drs][0-9a-z]+[.]age|heads/({_EPOCH}|s-[0-9a-z]+)/[0-9a-z]+-[0-9a-f]{{64}}"
    r"|blobs/[0-9a-f]{2}/[0-9a-f]{64}|packs/[0-9a-f]{64}|log/[0-9a-z]+/[0-9]{6}[.]seg"
)
"""Every file but FORMAT. A name of another form leads nowhere on the disk, whoever offers it."""
CASE = re.compile("case-[0-9a-f]{12}")
"""A compartment."""


def epoch_number(epoch: str) -> int:
    """The number in an epoch's name; 0 where there is none."""
    first = epoch.partition("-")[0]
    return int(first) if first.isdecimal() else 0

"""How the voices of a case stand to each other, and who passes on whom."""

from pathlib import Path

import msgspec

from habeas.domain.case import Case
from habeas.domain.errors import BadInput
from habeas.dossier.relays import relay_picture
from habeas.examine.independence import Pair, Passing, pairs, passings
from habeas.intake.gazetteer import understand
from habeas.locale import tr
from habeas.services.exports import outside, outside_bags, write_private


class Voices(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs of voices, unknown ones with hints first; the links of every chain; the picture as SVG (empty where nobody passes on anybody)."""

    pairs: tuple[Pair, ...]
    passings: tuple[Passing, ...]
    picture: str


def voices_of_case(case: Case) -> Voices:
    """Look at every pair of voices that counts."""
    links = passings(case)
    return Voices(pairs=pairs(case, understand(case)), passings=links, picture=relay_picture(links))


def write_picture(out: Path, picture: str, vault: Path | None = None) -> None:
    """Write the picture, for its owner alone, never over another file or into the ``vault``. Raises BadInput where there is nothing to draw."""
    if not picture:
        raise BadInput.one(out.name, tr("nobody passes on anybody in this case; there is nothing to draw"))
    if vault:
        outside(vault, out)
    outside_bags(out)
    write_private(out, picture.encode())

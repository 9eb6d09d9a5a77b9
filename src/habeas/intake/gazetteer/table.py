"""An offline gazetteer: what a place string names, where it lies within, and how far two places are apart at least.

``load(data)`` reads the file that build_gazetteer.py writes. ``Gazetteer.resolve("La Casona, Montevideo, Uruguay")``
returns a ``Resolution``. Decisions, all on the side of caution (an extent may be too wide, never too narrow):

* Parts are read from right to left. A part is accepted only if it names something inside what is already fixed; what is
  not known falls back to the place that encloses it (``fell_back``, ``unknown``). A part that is known only elsewhere
  ("Paris, Uruguay") is not accepted and is listed in ``elsewhere``.
* A name is never decided by population. All candidates stay; the extent is the union of theirs. ``ambiguous`` is set
  unless they are nested (the city of Montevideo in the department of Montevideo: the department covers both).
* A bare name that is a country's is that country. What lies inside the country is absorbed (Mexico, Luxembourg, Panama);
  towns elsewhere of that name are dropped (Lebanon, Pennsylvania); a first-level region elsewhere whose own shown name is
  the same stays a candidate, so "Georgia" is ambiguous and "Tbilisi, Georgia" and "Atlanta, Georgia" are not.
* A claimed place lies in every claimant: nothing is ever found to conflict because of a border dispute.
"""

from __future__ import annotations

import lzma
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from habeas.domain.where import EARTH_RADIUS_KM, Disc

Vector = tuple[float, float, float]

_FOLD = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ƶ": "z",
        "ħ": "h",
        "ə": "e",
        "ʻ": "",
        "Ӏ": "",
        "ӏ": "",
        "ъ": "",
        "ь": "",
    }
)

# Generic words, and the kinds of place that they can stand before or after ("" = any).
_AREA, _TOWN = ("country", "region"), ("city", "settlement")
_GENERIC: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"^(?:the )?(?:republic|state|kingdom) of (?:the )?|^rep[uú]blica (?:de |del )?(?:la )?|^r[eé]publique (?:de |du |d')"
        r"(?:la )?|^республика | республика$| republic$|^estado (?:de |del )",
        _AREA,
    ),
    (
        r"^(?:the )?(?:province|region|governorate|department|territory|district) of |^(?:provincia|departamento|depto\.?|"
        r"regi[oó]n) (?:de |del )?(?:la )?| (?:province|region|governorate|department|oblast'?|kra[iy]|territory|county|state|"
        r"область|обл\.?|край|губерния|department|okrug|округ)$|^обл\. ?",
        ("region",),
    ),
    (
        r"^(?:the )?(?:city|town|village|settlement) of |^(?:ciudad|villa|pueblo|localidad) (?:de |del )?(?:la )?|^ville de |"
        r"^(?:город|г|село|с|пос[её]лок|пгт|станица|ст-ца|аул|хутор|деревня|selo|aul|stanitsa|gorod|village|town|city) |"
        r"^(?:гор|г|с|пос|п|пгт|ст|х|дер|д|g|s|pos)\. ?| (?:city|town|village)$",
        _TOWN,
    ),
)
_GENERIC_RE = tuple((re.compile(p), kinds) for p, kinds in _GENERIC)


def key(name: str) -> str:
    """The form in which names are compared: case, diacritics, ё/е, й/и, ь, ъ, hyphens, spaces and apostrophes fall away."""
    if name.isascii():
        return "".join(filter(str.isalnum, name.casefold()))
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold()).translate(_FOLD)
    return "".join(filter(str.isalnum, folded))


def parts_of(text: str) -> tuple[str, ...]:
    """Split at the commas that stand outside brackets and quotation marks; most specific first."""
    out: list[str] = []
    depth, start = 0, 0
    closes = sum(text.count(c) for c in ")]»")
    for i, c in enumerate(text):
        if c in "([«":
            depth += 1
        elif c in ")]»":
            depth, closes = max(0, depth - 1), closes - 1
        elif c in ",;" and (depth == 0 or closes < depth):
            out.append(text[start:i])
            start = i + 1
    out.append(text[start:])
    return tuple(p for p in (part.strip() for part in out) if p)


def _vector(disc: Disc) -> Vector:
    """The centre as a unit vector."""
    la, lo = math.radians(disc.latitude), math.radians(disc.longitude)
    return math.cos(la) * math.cos(lo), math.cos(la) * math.sin(lo), math.sin(la)


def _arc(a: Vector, b: Vector) -> float:
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.dist(a, b) / 2))


@dataclass(frozen=True)
class Place:
    """One row of the table."""

    id: str
    kind: str  # country | region | city | settlement
    country: str  # ISO 3166-1 alpha-2; ISO 3166-3 alpha-4 for a historic state
    parent: str  # id of the enclosing place; "" for a sovereign state
    population: int
    names: tuple[str, ...]  # preferred first
    also_in: tuple[str, ...]  # other states (claimants, historic states) in which it may be said to lie
    extent_text: str = field(repr=False)

    @property
    def name(self) -> str:
        """The preferred name."""
        return self.names[0]

    @cached_property
    def extent(self) -> tuple[Disc, ...]:
        """Discs that together cover it."""
        return tuple(Disc(float(a), float(o), float(r)) for a, o, r in (d.split(",") for d in self.extent_text.split(";")))


@dataclass(frozen=True)
class Resolution:
    """What a place string was taken for."""

    text: str
    places: tuple[Place, ...]  # candidates that remain; one if the text is plain; none if nothing is known
    chain: tuple[str, ...]  # ids: the place and its ancestors; of several places, what they have in common
    fell_back: int  # how many leading parts are not known
    unknown: tuple[str, ...]  # the parts that are not known, wherever they stand
    elsewhere: tuple[str, ...]  # those of them that name a place outside what the rest fixes
    nested: bool  # several places, each inside the first (department and city of one name)
    anchor: tuple[str, ...]  # ids that the text itself puts round the place; () for a bare name: the table does
    # not hold every village, so a bare settlement may be a namesake that it lacks

    @property
    def known(self) -> bool:
        """Whether any part was known."""
        return bool(self.places)

    @property
    def ambiguous(self) -> tuple[Place, ...]:
        """The candidates where none encloses the others."""
        return self.places if len(self.places) > 1 and not self.nested else ()

    @cached_property
    def extent(self) -> tuple[Disc, ...]:
        """Discs that together cover it."""
        return tuple(dict.fromkeys(d for p in self.places for d in p.extent))

    @property
    def label(self) -> str:
        """Names of all that remain."""
        return " / ".join(p.name for p in self.places)


class Gazetteer:
    """Immutable after loading; places are built when first asked for."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._row: dict[str, int] = {}
        index: dict[str, int | tuple[int, ...]] = {}
        row = self._row
        get = index.get
        for i, line in enumerate(lines):
            row[line[: line.index("\t")]] = i
            for k in line[line.rindex("\t") + 1 :].split("|"):
                old = get(k)
                if old is None:
                    index[k] = i
                elif isinstance(old, int):
                    index[k] = (old, i)
                else:
                    index[k] = (*old, i)
        self._index = index
        self._places: dict[str, Place] = {}
        self._ancestors: dict[str, frozenset[str]] = {}
        self._resolved: dict[str, Resolution] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Place]:
        return (self.place(i) for i in self._row)

    def __contains__(self, place_id: str) -> bool:
        return place_id in self._row

    def place(self, place_id: str) -> Place:
        """The row of that id; raises KeyError."""
        found = self._places.get(place_id)
        if found is None:
            f = self._lines[self._row[place_id]].split("\t")
            found = Place(
                id=f[0],
                kind=f[1],
                country=f[2],
                parent=f[3],
                population=int(f[4]),
                names=tuple(f[5].split("|")),
                extent_text=f[6],
                also_in=tuple(x for x in f[7].split(",") if x),
            )
            self._places[place_id] = found
        return found

    def chain(self, place: Place) -> tuple[str, ...]:
        """The place and the places that enclose it, innermost first."""
        out = [place.id]
        while place.parent:
            place = self.place(place.parent)
            out.append(place.id)
        return tuple(out)

    def ancestors(self, place: Place) -> frozenset[str]:
        """Everything in which the place lies or may be said to lie (itself included)."""
        found = self._ancestors.get(place.id)
        if found is None:
            up = {place.id}
            for other in ((place.parent,) if place.parent else ()) + place.also_in:
                up |= self.ancestors(self.place(other)) if other not in up else set()
            found = self._ancestors[place.id] = frozenset(up)
        return found

    # ------------------------------------------------------------ names

    def named(self, name: str) -> tuple[Place, ...]:
        """Every place of that name; generic words are taken off only if the name as it stands is not known."""
        hits = self._lookup(key(name))
        if hits:
            return hits
        plain = " ".join(re.sub(r"[(\[«].*?[)\]»]", " ", name).split())
        if plain and plain != name:
            hits = self._lookup(key(plain))
            if hits:
                return hits
        low = unicodedata.normalize("NFKC", plain or name).casefold().replace("’", "'").strip()
        for pattern, kinds in _GENERIC_RE:
            bare = pattern.sub("", low, count=1)
            if bare and bare != low:
                hits = tuple(p for p in self._lookup(key(bare)) if p.kind in kinds)
                if hits:
                    return hits
        return ()

    def _lookup(self, k: str) -> tuple[Place, ...]:
        found = self._index.get(k, ()) if k else ()
        rows = (found,) if isinstance(found, int) else found
        return tuple(self.place(self._lines[i].split("\t", 1)[0]) for i in dict.fromkeys(rows))

    # ------------------------------------------------------------ resolution

    def resolve(self, text: str) -> Resolution:
        """Understand one place string (memoised)."""
        done = self._resolved.get(text)
        if done is None:
            done = self._resolved[text] = self._resolve(text)
        return done

    def _resolve(self, text: str) -> Resolution:
        parts = parts_of(text)
        fixed: tuple[Place, ...] = ()
        anchor: tuple[str, ...] = ()
        unknown: list[str] = []
        elsewhere: list[str] = []
        fell_back = 0
        for n in range(len(parts) - 1, -1, -1):
            hits = self.named(parts[n])
            if fixed:
                inside = tuple(h for h in hits if any(self._inside(h, f) for f in fixed))
                if inside:
                    anchor = tuple(f.id for f in fixed)
                    fixed, fell_back = inside, 0
                    continue
            elif hits:
                fixed = self._country_first(hits, parts[n])
                fell_back = 0
                continue
            unknown.append(parts[n])
            fell_back += 1
            if hits:
                elsewhere.append(parts[n])
        fixed, nested = self._order(fixed)
        chain: tuple[str, ...] = ()
        if fixed:
            common = set.intersection(*(set(self.chain(p)) for p in fixed))
            chain = tuple(i for i in self.chain(fixed[0]) if i in common)
        return Resolution(
            text=text,
            places=fixed,
            chain=chain,
            fell_back=fell_back if fixed else len(parts),
            unknown=tuple(reversed(unknown)),
            elsewhere=tuple(reversed(elsewhere)),
            nested=nested,
            anchor=anchor,
        )

    def _inside(self, place: Place, outer: Place) -> bool:
        if place.id == outer.id:
            return False
        if outer.id in self.ancestors(place):
            return True
        if outer.kind in _TOWN and place.kind in _TOWN and place.parent == outer.parent:
            d, o = place.extent[0], outer.extent[0]  # a quarter: its centre lies within the town
            return place.population <= outer.population and _arc(_vector(d), _vector(o)) <= o.radius_km
        return False

    def _country_first(self, hits: tuple[Place, ...], name: str) -> tuple[Place, ...]:
        """A bare country name is the country; regions elsewhere that are shown under that very name stay."""
        countries = tuple(h for h in hits if h.kind == "country")
        if not countries:
            return hits
        k = key(name)
        ids = {c.id for c in countries}
        rest = tuple(h for h in hits if h.kind == "region" and k in map(key, h.names) and not ids & self.ancestors(h))
        return countries + rest

    def _order(self, places: tuple[Place, ...]) -> tuple[tuple[Place, ...], bool]:
        """Widest first; a place inside another adds nothing but its own, wider estimate of the extent."""
        if len(places) < 2:  # noqa: PLR2004
            return places, False
        rank = {"country": 0, "region": 1, "city": 2, "settlement": 3}
        ordered = tuple(sorted(places, key=lambda p: (rank[p.kind], -p.population, p.id)))
        nested = all(ordered[0].id in self.ancestors(p) for p in ordered[1:])
        return ordered, nested

    def _states(self, place: Place) -> frozenset[str]:
        """The present states in which a place lies or is claimed to lie; a historic state is its own."""
        if place.kind == "country":
            return frozenset((place.id,))
        out = {place.country}
        at: Place | None = place
        while at is not None and at.kind != "country":
            out.update(at.also_in)
            at = self.place(at.parent) if at.parent else None
        return frozenset(out)

    def shared_with(self, place: Place) -> frozenset[str]:
        """Other states in which the place, or part of the state that it is, may be said to lie: borders then prove nothing."""
        states = set(self._states(place)) | {state for state in place.also_in if place.kind == "country"}
        if place.kind == "country":
            states |= {state for pair in self._sharing if place.id in pair for state in pair}
            states |= {other.id for other in self._claimants if place.id in other.also_in}
        historic = len(place.country) > 2  # noqa: PLR2004  # ISO 3166-3: its successors lie in it, not it in them
        return frozenset(state for state in states - {place.id} if historic or len(state) == 2)  # noqa: PLR2004

    @cached_property
    def _claimants(self) -> tuple[Place, ...]:
        """States that are said to lie in another one, today's or a historic one."""
        rows = (line.split("\t", 8) for line in self._lines)
        return tuple(self.place(f[0]) for f in rows if f[1] == "country" and f[7])

    @cached_property
    def _sharing(self) -> frozenset[frozenset[str]]:
        """Pairs of states that share some claimed place."""
        pairs: set[frozenset[str]] = set()
        for line in self._lines:
            f = line.split("\t")
            if f[7]:
                states = [f[2], *f[7].split(",")]
                states = [s for s in states if len(s) == 2]  # noqa: PLR2004
                pairs.update(frozenset((x, y)) for x in states for y in states if x != y)
        return frozenset(pairs)


def load(data: bytes) -> Gazetteer:
    """Read the compressed table. Raises ValueError if it is not one."""
    text = lzma.decompress(data, format=lzma.FORMAT_XZ).decode("utf-8")
    lines = text.split("\n")
    if not lines[0].startswith("#gazetteer 1\t"):
        raise ValueError("not a gazetteer of version 1")
    return Gazetteer([line for line in lines[1:] if line])

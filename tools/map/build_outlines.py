"""Makes src/habeas/dossier/outlines.json.xz from the npm package world-atlas (Natural Earth 1:50 million, public domain; the package: ISC).

Run by hand, once in a while:  npm pack world-atlas; tar xzf world-atlas-*.tgz; python tools/map/build_outlines.py package/countries-50m.json
Rings are kept to a twentieth of a degree; what is smaller than that is left out.
"""

import json
import lzma
import sys
from pathlib import Path

OUT = Path(__file__).parents[2] / "src/habeas/dossier/outlines.json.xz"
STEP = 0.05


def main(path):
    topo = json.loads(Path(path).read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = topo["transform"]["scale"], topo["transform"]["translate"]
    arcs = []
    for arc in topo["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)

    def ring(numbers):
        points = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc[1:] if points else arc
        kept = []
        for lon, lat in points:
            at = (round(lon / STEP), round(lat / STEP))
            if not kept or kept[-1] != at:
                kept.append(at)
        return kept

    rings = []
    for shape in topo["objects"]["countries"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        for polygon in polygons:
            outer = ring(polygon[0])
            if len(outer) >= 5:
                flat, before = [], (0, 0)
                for x, y in outer:
                    flat += [x - before[0], y - before[1]]
                    before = (x, y)
                rings.append(flat)
    data = json.dumps({"step": STEP, "rings": rings}, separators=(",", ":")).encode()
    OUT.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    print(len(rings), "rings,", len(data), "bytes,", OUT.stat().st_size, "compressed")


if __name__ == "__main__":
    main(sys.argv[1])

"""How long a person needs between two places at the very least: Hägerstrand's space-time prism, with two sets of speeds.

``certain`` findings use :data:`CERTAIN_KMH` and no formalities: faster than any passenger aircraft ever flew on a schedule.
``improbable`` findings use practical speeds and formalities, which a caller may edit and which are printed with each finding.

What it does not do: no roads, no timetables, no opening hours of borders.
Source: T. Hägerstrand, "What about people in regional science?", 1970.
"""

import msgspec

CERTAIN_KMH = 2500
"""Concorde cruised at about 2,180 km/h."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Practical speeds: by road at ``ground_kmh``, or by air at ``air_kmh`` with ``formalities_minutes`` for both ends."""

    ground_kmh: int = 100
    air_kmh: int = 800
    formalities_minutes: int = 180

    def minutes(self, km: float) -> int:
        """Whole minutes for ``km`` at the faster of road and air, rounded down."""
        road = km / self.ground_kmh * 60
        air = self.formalities_minutes + km / self.air_kmh * 60
        return int(min(road, air))


def certain_minutes(km: float) -> int:
    """Whole minutes for ``km`` at 2,500 km/h, rounded down so that a contradiction is never overstated."""
    return int(km / CERTAIN_KMH * 60)

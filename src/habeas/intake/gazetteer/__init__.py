"""What place names mean, offline: a compact subset of GeoNames and Natural Earth (see ATTRIBUTION.md), ``places.csv`` first."""

from habeas.intake.gazetteer.places import understand

__all__ = ["understand"]

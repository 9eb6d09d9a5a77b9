"""Habeas: tests what a state says about a person against what is known, and prints a dossier that can be verified."""

__version__ = "0.2.0"

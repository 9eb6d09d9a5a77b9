"""The command line: the same verbs as any other face of Habeas, for people and for scripts."""

from habeas.cli.main import main

__all__ = ["main"]

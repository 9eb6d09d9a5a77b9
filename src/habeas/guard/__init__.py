"""Runs parsers of hostile formats in a child process with limits, so that a bad file costs a child and not the program."""

from habeas.guard.child import ChildFailed, run_in_child

__all__ = ["ChildFailed", "run_in_child"]

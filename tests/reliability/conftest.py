"""Prints the figures of a reliability run at its end."""

import time

from simulators import figures

_BEGAN = time.time()


def pytest_terminal_summary(terminalreporter):
    lines = figures.collected(_BEGAN)
    if lines:
        terminalreporter.section("reliability")
        for one in lines:
            rest = ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in one.items() if key not in ("test", "at", "size"))
            terminalreporter.write_line(f"{one['test']} ({one['size']}): {rest}")

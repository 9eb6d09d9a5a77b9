"""``python -m habeas`` is the command."""

from habeas.cli import main

main(prog_name="habeas")

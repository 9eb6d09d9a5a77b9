"""The pages of a dossier: typeset parts, exhibits made harmless, and one file that holds them all.

An exhibit's bytes come from anyone, so they are never copied whole. `preflight` looks, `sanitise`, `images` and
`typeset` make pages that can only be looked at, and `merge` appends these to the authored part with a stamp on each.
What parses foreign bytes also has an entry in `children`, bytes in and bytes out, so that it can run in a process
that has little to lose.
"""

"""Seals a dossier so that a stranger can check it: digests, a signature, a bag, and the verifier that ships inside it.

Bytes in, verdict out. It keeps no keys, reads no clock and talks to no network; only `bag_writer` and `verify` touch
the disk. Whether the content is true is not decided here.
"""

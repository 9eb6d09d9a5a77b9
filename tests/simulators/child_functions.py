"""Functions that tests have a child process call: well-behaved ones, and those that a limit has to stop."""

import os
import sys


def echo(payload):
    return payload


def refuse(payload):
    raise ValueError(b"refused: " + payload[:3])


def refuse_in_words(payload):
    raise ValueError(payload.decode())


def fail(payload):
    raise LookupError(payload.decode())


def spin(_payload):
    while True:
        pass


def hoard(_payload):
    return b"x" * (1 << 40)


def leave(_payload):
    os._exit(7)


def surroundings(_payload):
    return "\n".join(sorted(os.environ)).encode()


def write_a_large_file(payload):
    with open(payload.decode(), "wb") as stream:
        stream.writelines(b"x" * (1 << 20) for _ in range(200))
    return b"written"


def open_many_files(_payload):
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1000)]
    return str(len(opened)).encode()


def chatter(payload):
    sys.stderr.write(payload.decode())
    raise LookupError

"""Shared wording at 100,000 short statements: recall by how a template was planted, precision, time and memory, beside MinHash (rensa, datasketch).

The peers are no dependencies of the project: without them the script says so. ``--seed`` and ``--count`` for other corpora.
"""

import argparse
import resource
import subprocess
import sys
import time

from wording_texts import KINDS, Corpus, corpus

from habeas.examine.passages import shared_passages

PROMISED = {"slots": 0.99, "slips": 0.98, "words": 0.98, "two sentences": 0.90}
PRECISION = {"natural": 0.9, "hard": 0.6}


def report(name: str, made: Corpus, found: set[tuple[int, int]], seconds: float) -> None:
    """One line: recall by kind, precision, seconds of CPU."""
    true = set().union(*made.pairs.values())
    recall = ", ".join(f"{kind} {len(found & made.pairs[kind]) / max(1, len(made.pairs[kind])):.3f}" for kind in KINDS)
    precision = len(found & true) / max(1, len(found))
    print(f"  {name:<12} {seconds:6.1f} CPU s   recall: {recall}   precision {precision:.3f} of {len(found)}", flush=True)


def ours(made: Corpus) -> tuple[set[tuple[int, int]], float]:
    """The program's pairs."""
    start = time.process_time()
    found = shared_passages(made.texts)
    return {(one.first, one.second) for one in found.pairs}, time.process_time() - start


def rensa(made: Corpus) -> tuple[set[tuple[int, int]], float]:
    """MinHash LSH of word 3-grams."""
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415  # no dependency of the project

    start = time.process_time()
    lsh, hashes, found = RMinHashLSH(threshold=0.3, num_perm=128, num_bands=32), [], set()
    for number, text in enumerate(made.texts):
        words = text.lower().split()
        one = RMinHash(num_perm=128, seed=1)
        one.update([" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))])
        hashes.append(one)
        found |= {(other, number) for other in lsh.query(one) if hashes[other].jaccard(one) >= 0.3}
        lsh.insert(number, one)
    return found, time.process_time() - start


def datasketch(made: Corpus) -> tuple[set[tuple[int, int]], float]:
    """The same by datasketch."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415  # no dependency of the project

    start = time.process_time()
    lsh, hashes, found = MinHashLSH(threshold=0.3, num_perm=128), [], set()
    for number, text in enumerate(made.texts):
        words = text.lower().split()
        one = MinHash(num_perm=128)
        one.update_batch([" ".join(words[at : at + 3]).encode() for at in range(max(1, len(words) - 2))])
        hashes.append(one)
        found |= {(other, number) for other in lsh.query(one) if hashes[other].jaccard(one) >= 0.3}
        lsh.insert(number, one)
    return found, time.process_time() - start


def main() -> None:
    """Both backgrounds; each in a child of its own, so that its memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only", choices=("natural", "hard"))
    options = parser.parse_args()
    if not options.only:
        for only in ("natural", "hard"):
            peers = ["--peers"] if options.peers else []
            subprocess.run([sys.executable, __file__, "--only", only, "--count", str(options.count), "--seed", str(options.seed), *peers], check=True)
        return
    made = corpus(options.seed, options.count, hard=options.only == "hard")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    words = sum(map(len, map(str.split, made.texts)))
    print(f"{options.only}: {len(made.texts)} texts, {words} words, {sum(map(len, made.pairs.values()))} planted pairs, seed {options.seed}")
    found, seconds = ours(made)
    report("habeas", made, found, seconds)
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB, of which the texts and their making {before}")
    print(f"  promised: recall {PROMISED}, precision {PRECISION[options.only]}, 20 s, 2048 MiB")
    for name, peer in (("rensa", rensa), ("datasketch", datasketch)) if options.peers else ():
        try:
            report(name, made, *peer(made))
        except ImportError:
            print(f"  {name} is not installed")


if __name__ == "__main__":
    main()

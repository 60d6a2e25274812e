"""Truth: a call only computes, in C code that releases the GIL: a digest of 8 MB. Threads, one per core, are enough."""

import hashlib

INPUTS = range(12)
DATA = bytes(8 << 20)


def digest(number):
    return hashlib.sha256(DATA).hexdigest()[:8] + str(number)

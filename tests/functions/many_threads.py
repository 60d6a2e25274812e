"""Truth: a call only computes, in C code that releases the GIL, with two threads of its own. Its threads fight for the
cores with those of other workers.
"""

import hashlib
import threading

INPUTS = range(8)
DATA = bytes(64 << 20)


def digest(number):
    threads = [threading.Thread(target=lambda: hashlib.sha256(DATA).hexdigest()) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return number

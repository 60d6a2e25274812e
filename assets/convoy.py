"""The convoy on CPython: how long a thread that sleeps for 1 ms is away while others compute.

Executed by `python -c` with two arguments: how many threads compute, and how many sleeps are measured. Prints the
latencies in nanoseconds as one line of JSON. Standard library only, Python 3.8 or newer.
"""

import json
import math
import sys
import threading
import time

# Long enough that the loop around the article's is not seen.
PIECE = 10000


def compute(over):
    """The article's loop, until it is over."""
    foo, pi, cos = 0, math.pi, math.cos
    while not over:
        for i in range(PIECE):
            foo += foo * cos(i * pi)


def convoy(beside, samples):
    """Latencies of so many sleeps beside so many threads that compute."""
    over = []
    threads = [threading.Thread(target=compute, args=(over,), daemon=True) for _ in range(beside)]
    for thread in threads:
        thread.start()
    latencies = []
    for _ in range(samples):
        begun = time.monotonic_ns()
        time.sleep(0.001)
        latencies.append(time.monotonic_ns() - begun)
    over.append(True)
    for thread in threads:
        thread.join()
    return latencies


print("pconc-tui:" + json.dumps(convoy(int(sys.argv[1]), int(sys.argv[2]))))

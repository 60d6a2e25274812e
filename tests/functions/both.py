"""Truth: a call waits 15 ms and computes some 5 ms. Threads gain until the GIL is always in use, processes gain more."""

import time

INPUTS = range(24)


def wait_and_compute(number):
    time.sleep(0.015)
    total = number
    for i in range(60_000):
        total = (total * 31 + i) % 1_000_003
    return total

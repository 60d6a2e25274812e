"""Truth: a function of a package that imports from its package; a call waits 5 ms. Threads."""

import time

from . import rates

INPUTS = [[1, 2], [3, 4], [5, 6]]


def price(count, each):
    time.sleep(0.005)
    return count * each * rates.RATE

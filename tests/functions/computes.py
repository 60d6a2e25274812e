"""Truth: a call only computes Python code, for some 20 ms. Processes, one per core; threads gain nothing under the GIL."""

INPUTS = range(12)


def compute(number):
    total = number
    for i in range(300_000):
        total = (total * 31 + i) % 1_000_003
    return total

"""Truth: one call waits 200 ms, the other 15 wait 5 ms each. No number of workers is faster than the longest call."""

import time

INPUTS = [0.2] + [0.005] * 15


def wait(seconds):
    time.sleep(seconds)
    return seconds

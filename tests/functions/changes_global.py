"""Truth: a call waits 10 ms, and counts in a variable of the module. Under processes the count is lost."""

import time

INPUTS = range(8)
SEEN = []
COUNT = 0


def count(number):
    global COUNT
    time.sleep(0.01)
    COUNT += 1
    SEEN.append(number)
    return number

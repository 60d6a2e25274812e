"""Truth: every third call raises ValueError, and the others succeed after 5 ms."""

import time

INPUTS = range(9)


def check(number):
    time.sleep(0.005)
    if number % 3 == 0:
        raise ValueError("%d is a multiple of three" % number)
    return number

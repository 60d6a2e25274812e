"""Truth: the result is a generator, which cannot be pickled. Threads can be used; under processes every call fails."""

import time

INPUTS = range(8)


def numbers(number):
    time.sleep(0.01)
    return (number * i for i in range(3))

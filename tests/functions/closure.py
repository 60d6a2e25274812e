"""Truth: the function is a closure, which cannot be pickled. Threads can be used, processes cannot."""

import time

INPUTS = range(8)


def make(seconds):
    def wait(number):
        time.sleep(seconds)
        return number

    return wait


wait = make(0.01)

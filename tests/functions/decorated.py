"""Truth: the function is decorated, and its wrapper has the function's name; a call waits 5 ms. Threads."""

import functools
import time

INPUTS = range(8)


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


@logged
def wait(number):
    time.sleep(0.005)
    return number

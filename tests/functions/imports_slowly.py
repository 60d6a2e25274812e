"""Truth: importing the module takes two seconds, and a call 5 ms. A plain loop or threads, which import it once."""

import time

time.sleep(2)

INPUTS = range(8)


def wait(number):
    time.sleep(0.005)
    return number

"""Truth: a call keeps its number in a variable of the module while it waits 5 ms, and returns it. With threads, another
call has changed it meanwhile, so that results differ from the loop's. Processes give the loop's results.
"""

import time

INPUTS = range(16)
CURRENT = None


def remember(number):
    global CURRENT
    CURRENT = number
    time.sleep(0.005)
    return CURRENT

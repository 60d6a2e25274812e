"""Truth: a call only waits, for 20 ms. As many workers as there are inputs, of any kind that waits at once; threads or
asyncio are the cheapest.
"""

import time

INPUTS = range(24)


def wait(number):
    time.sleep(0.02)
    return number

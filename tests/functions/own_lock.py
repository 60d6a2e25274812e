"""Truth: a call waits 10 ms while it holds a lock of the module. Threads gain nothing, because one waits at a time.
Processes gain, because each has a lock of its own.
"""

import threading
import time

INPUTS = range(16)
LOCK = threading.Lock()


def wait_under_lock(number):
    with LOCK:
        time.sleep(0.01)
    return number

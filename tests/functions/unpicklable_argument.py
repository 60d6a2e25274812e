"""Truth: the argument is a lock, which cannot be pickled. Threads can be used, processes cannot."""

import threading
import time

INPUTS = [threading.Lock() for _ in range(8)]


def use(lock):
    with lock:
        time.sleep(0.01)
    return True

"""Truth: the call with the number 3 never returns, and ignores the polite signals."""

import signal
import time

INPUTS = range(6)


def hang(number):
    if number == 3:
        try:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        except ValueError:
            pass  # Only the main thread may.
        while True:
            time.sleep(60)
    return number

"""Truth: a call is in the state that its function names nearly all the time, for 0.4 s."""

import os
import tempfile
import time

SECONDS = 0.4


def sleep(_):
    time.sleep(SECONDS)


def computing(_):
    until = time.monotonic() + SECONDS
    total = 1
    while time.monotonic() < until:
        for i in range(1000):
            total = (total * 31 + i) % 1_000_003
    return total


def file(_):
    block = os.urandom(1 << 20)
    with tempfile.TemporaryFile(dir=os.environ.get("PCONC_TEST_DISK", "/var/tmp")) as output:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            output.seek(0)
            output.write(block)
            output.flush()
            os.fsync(output.fileno())

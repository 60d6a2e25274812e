"""Threads whose states are known, because they measure them themselves.

Prints the thread ids, waits for a line, does what the first argument says, and prints for each thread when it began and ended,
for how long it computed, and for how long it was in the state besides waiting for a core.
"""

import ctypes
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

now = time.monotonic_ns
cpu = time.thread_time_ns


# It keeps the interpreter lock, so that reading the account is no wait for it.
pread = ctypes.PyDLL(None).pread


class Truth:
    """How long calls took, without CPU time and without waiting for a core."""

    def __init__(self):
        self.waited = 0
        self.account = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self.buffer = ctypes.create_string_buffer(96)

    def core_wait(self):
        pread(self.account, self.buffer, 95, ctypes.c_long(0))
        return int(self.buffer.value.split()[1])

    def of(self, call, *arguments):
        before = now() - cpu() - self.core_wait()
        call(*arguments)
        self.waited += now() - cpu() - self.core_wait() - before


def compute(seconds):
    until = now() + seconds * 1e9
    foo = 0.0
    while now() < until:
        for i in range(1000):
            foo += foo * math.cos(i * math.pi)


def computing(truth):
    compute(0.5)


def gil(truth):
    truth.of(compute, 0.8)


def turns(truth):
    truth.of(compute, 0.15)


def sleep(truth):
    for _ in range(20):
        truth.of(time.sleep, 0.02)
        compute(0.005)


def network(truth):
    one, other = socket.socketpair()

    def answer():
        while other.recv(1):
            time.sleep(0.015)
            other.send(b"x")

    threading.Thread(target=answer, daemon=True).start()
    for _ in range(25):
        one.send(b"x")
        truth.of(one.recv, 1)
        compute(0.005)
    one.settimeout(5)
    for _ in range(10):
        one.send(b"x")
        truth.of(one.recv, 1)


def lock(truth):
    mutex = threading.Lock()
    turns = threading.Semaphore(0), threading.Semaphore(0)

    def hold():
        for _ in range(20):
            mutex.acquire()
            turns[0].release()
            time.sleep(0.025)
            mutex.release()
            turns[1].acquire()

    threading.Thread(target=hold, daemon=True).start()
    for _ in range(20):
        turns[0].acquire()
        truth.of(mutex.acquire)
        mutex.release()
        compute(0.005)
        turns[1].release()


def file(truth):
    block = os.urandom(1 << 20)
    with tempfile.TemporaryFile(dir=os.environ.get("PCONC_TEST_DISK", "/var/tmp")) as output:
        until = now() + 0.6e9
        while now() < until:
            output.seek(0)
            truth.of(output.write, block)
            truth.of(output.flush)
            truth.of(os.fsync, output.fileno())


def process(truth):
    for _ in range(5):
        truth.of(subprocess.run, ["sleep", "0.1"])
    truth.of(lambda: subprocess.run(["sleep", "0.1"], capture_output=True))


def convoy(truth):
    """A thread that sleeps for a millisecond beside one that computes: nearly all of it is a wait for the lock."""
    is_over = []

    def beside():
        while not is_over:
            compute(0.01)

    def nap():
        threading.Thread(target=beside, daemon=True).start()
        for _ in range(100):
            time.sleep(0.001)

    truth.of(nap)
    # A nap takes a little longer than it should, which is no wait for the lock.
    truth.waited -= 100 * 1_060_000
    is_over.append(True)


def main():
    what, threads = globals()[sys.argv[1]], int(sys.argv[2])
    ready = threading.Barrier(threads + 1)
    ids, said = [], []

    def worker():
        ids.append(threading.get_native_id())
        ready.wait()
        go.wait()
        truth = Truth()
        begun, was = now(), cpu()
        what(truth)
        said.append([threading.get_native_id(), begun, now(), cpu() - was, truth.waited])

    go = threading.Event()
    workers = [threading.Thread(target=worker) for _ in range(threads)]
    for one in workers:
        one.start()
    ready.wait()
    print(json.dumps(ids), flush=True)
    sys.stdin.readline()
    go.set()
    for one in workers:
        one.join()
    print(json.dumps(said), flush=True)
    sys.stdin.readline()


main()

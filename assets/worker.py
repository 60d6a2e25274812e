"""The article's experiments on CPython, measured from inside.

pconc-tui writes this module into its own temporary directory and starts an interpreter with it. The module makes a pool
as a Python user would, and executes the article's tasks in it. It records what every worker does in the same shared
memory as the workers of all other models: the same transitions and totals, by the same clock. The order, which is
passed as JSON, says where everything is. `src/engine/arena.rs` and `src/engine/recorder.rs` document the fields.

Standard library only, Python 3.8 or newer.

These rules keep the measurement from disturbing what it measures:

* Nothing in a `LaneWriter` releases the interpreter lock. The clocks of `time` do not, and the C library is called
  through `ctypes.PyDLL`, which keeps it. A system call that released it would hand the turn to another thread.
* The loop of the task is the article's. Only its range comes in chunks of about a millisecond, and the clocks are read
  between them.
* Each number has one writer, because Python has no atomic additions. Stores of 8 and 4 bytes are single machine stores
  here. A transition must be complete before its count includes it. On x86-64 the order of stores ensures that; on other
  processors it holds because the reader looks tens of milliseconds later.
"""

import time

# The first line of this module that the interpreter executes, before it loads anything else.
BEGUN_AT = time.monotonic_ns()

import concurrent.futures
import ctypes
import errno
import io
import itertools
import json
import math
import mmap
import os
import re
import resource
import select
import struct
import sys
import threading

NO_TASK = 0xFFFFFFFF
"""The number that stands for "no task" in a transition."""

TEXT_BYTES_MAX = 600
"""The maximum length of a sentence."""

LIBC = ctypes.PyDLL(None, use_errno=True)
core_now = LIBC.sched_getcpu
monotonic_ns = time.monotonic_ns
thread_time_ns = time.thread_time_ns


class Links:
    """The descriptors that a worker needs, the order, and a lock that processes share, if there is one. They can be
    passed to processes of every start method.
    """

    NAMES = ("arena", "gate", "stop", "bell", "lanes")

    def __init__(self, order, descriptors, lock=None):
        self.order = order
        self.descriptors = descriptors
        self.lock = lock

    def __reduce__(self):
        # Called only if a process is created that does not inherit: multiprocessing then passes descriptors along.
        from multiprocessing.reduction import DupFd

        return attach, (self.order, [DupFd(self.descriptors[name]) for name in self.NAMES], self.lock)


def attach(order, passed, lock):
    """The links in a process that received them."""
    return Links(order, {name: one.detach() for name, one in zip(Links.NAMES, passed)}, lock)


class Arena:
    """The shared memory, as numbers of 8 and of 4 bytes."""

    def __init__(self, links):
        order = links.order
        self.order = order
        self.layout = order["layout"]
        self.descriptors = links.descriptors
        self.map = mmap.mmap(links.descriptors["arena"], self.layout["bytes"])
        whole = memoryview(self.map)
        self.wide = whole.cast("Q")
        self.narrow = whole.cast("I")
        self.stop_at = self.layout["header"]["stop"] // 4

    def is_stopping(self):
        """Whether the run was cancelled."""
        return self.narrow[self.stop_at] != 0

    def lane(self, number):
        """The offset of a worker's totals, in bytes."""
        part = self.layout["lanes"]
        return part["at"] + number * part["size"]

    def task(self, number):
        """The offset of a task, in bytes."""
        layout = self.layout
        stripes = layout["task_stripes"]
        row = number % stripes * layout["tasks_per_stripe"] + number // stripes
        return layout["tasks"]["at"] + row * layout["tasks"]["size"]

    def python(self, name):
        """The offset of a number that the interpreter reports about itself, in bytes."""
        return self.layout["python"][name]

    def ring_bell(self):
        """Wakes the supervisor of the run."""
        try:
            os.write(self.descriptors["bell"], b"\1")
        except OSError:
            pass  # Full: it rings already.


class Texts:
    """The share of the room for sentences that belongs to one writer."""

    def __init__(self, arena, share):
        part = arena.layout["texts"]
        size = part["size"] // (arena.order["workers"] + 1)
        self.map = arena.map
        self.at = part["at"]
        self.used = share * size
        self.end = self.used + size

    def keep(self, text):
        """Stores a sentence and returns its reference, which is 0 if there is no room left."""
        data = text.encode("utf-8", "replace")[:TEXT_BYTES_MAX]
        start = self.used
        if start + 2 + len(data) > self.end:
            return 0
        self.used += 2 + len(data)
        first = self.at + start
        self.map[first : first + 2 + len(data)] = struct.pack("=H", len(data)) + data
        return start + 1


class Schedstat:
    """How long the calling thread has waited for a core, according to the kernel."""

    def __init__(self):
        self.file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self.buffer = ctypes.create_string_buffer(96)
        self.address = ctypes.addressof(self.buffer)
        read = LIBC.pread
        read.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_ssize_t]
        read.restype = ctypes.c_ssize_t
        self.pread = read

    def read(self):
        """Nanoseconds since the thread was created."""
        length = self.pread(self.file, self.address, 95, 0)
        return int(self.buffer.raw[:length].split()[1])


def open_schedstat():
    """The kernel's account, or None if it has none."""
    try:
        schedstat = Schedstat()
        schedstat.read()
        return schedstat
    except (OSError, ValueError, IndexError):
        return None


class LaneWriter:
    """Writes one lane, as `src/engine/recorder.rs` does, in the worker's own thread.

    A computing worker whose CPU clock fell behind the wall clock was not running. As much of that time as the kernel
    says that it waited for a core is `ready`. If the workers share an interpreter lock, the rest is an estimate of the
    wait for that lock; otherwise all of it is `ready`. Within a call of the user's function, nobody knows who computes.
    """

    def __init__(self, arena, number):
        order = arena.order
        self.phases = phases = order["phases"]
        self.starting = phases["starting"]
        self.computing = phases["computing"]
        self.ready = phases["ready"]
        self.gil = phases["gil"]
        self.network = phases["network"]
        self.file = phases["file"]
        self.sleep = phases["sleep"]
        self.idle = phases["idle"]
        self.gap_min = order["gap_min_ns"]
        self.tick_ns = order["tick_ns"]
        self.shares_lock = order["shares_lock"]
        self.is_opaque = order["workload"]["function"] is not None
        self.wide = arena.wide
        self.narrow = arena.narrow
        fields = arena.layout["lane"]
        lane = arena.lane(number)
        self.written_at = (lane + fields["written"]) // 8
        self.dropped_at = (lane + fields["dropped"]) // 8
        self.taken_at = (lane + fields["taken"]) // 8
        self.phases_at = (lane + fields["phases"]) // 8
        self.stamp_at = (lane + fields["last_stamp"]) // 8
        self.cpu_at = (lane + fields["cpu"]) // 8
        self.migrations_at = (lane + fields["migrations"]) // 8
        self.open_at = (lane + fields["open_phase"]) // 4
        rings = arena.layout["rings"]
        self.ring_at = (rings["at"] + number * rings["size"]) // 8
        self.slots = rings["size"] // 16
        cores = arena.layout["lane_cores"]
        self.cores_at = (cores["at"] + number * cores["size"]) // 8
        self.last_core = arena.layout["cores"] - 1
        self.schedstat = open_schedstat()
        self.waited = self.schedstat.read() if self.schedstat else 0
        self.written = 0
        self.taken = 0
        self.dropped = 0
        self.gap = 0
        self.migrations = 0
        self.behind = 0
        self.phase = self.starting
        self.task = NO_TASK
        self.core = core_now()
        self.since = self.ticked = arena.wide[arena.layout["header"]["t0"] // 8]
        self.cpu = 0
        self.stride = 4096
        self.settle(monotonic_ns())

    def read_cpu(self, now):
        """Updates the CPU time, and books it on the current core."""
        cpu = thread_time_ns()
        wide = self.wide
        core = self.core
        at = self.cores_at + (core if core < self.last_core else self.last_core)
        wide[at] += cpu - self.cpu
        self.cpu = cpu
        self.ticked = now
        wide[self.cpu_at] = cpu

    def look_at_core(self):
        """Reads the number of the core. Returns whether it differs from that of the previous stamp."""
        core = core_now()
        if core == self.core:
            return False
        self.core = core
        if self.phase != self.starting:
            self.migrations += 1
            self.wide[self.migrations_at] = self.migrations
        return True

    def settle(self, now):
        """Reads the CPU clock, and records why a computing worker was not running. Returns whether it recorded anything."""
        ticked, cpu = self.ticked, self.cpu
        self.read_cpu(now)
        if self.phase != self.computing or self.is_opaque:
            self.behind = 0
            self.wide[self.stamp_at] = now
            return False
        self.behind += now - ticked - (self.cpu - cpu)
        if self.behind < self.gap_min:
            self.wide[self.stamp_at] = now
            return False
        gap = min(self.behind, now - max(ticked, self.since))
        self.behind -= gap
        waited = self.waited_for_core(gap)
        if waited < gap:
            self.close(now - gap, self.gil, self.task)
        if waited > 0:
            # A worker that gets the lock may still have to wait for a core, so that wait comes last.
            self.close(now - waited, self.ready, self.task)
        return True

    def waited_for_core(self, gap):
        """How much of a gap the worker waited for a core."""
        if not self.shares_lock:
            return gap
        if self.schedstat is None:
            return 0
        waited = self.schedstat.read()
        grown, self.waited = waited - self.waited, waited
        return grown if grown < gap else gap

    def close(self, at, phase, task):
        """Closes the open phase at a moment and opens another.

        The last stamp never runs ahead of the transitions. This thread may lose the lock between any two lines, and a
        reader at that moment would extend the open phase beyond the time of a later transition.
        """
        wide = self.wide
        closed = self.phases_at + self.phase
        wide[closed] += at - self.since
        self.phase = phase
        self.task = task
        self.since = at
        self.narrow[self.open_at] = phase
        wide[self.stamp_at] = at
        written = self.written
        if written - self.taken >= self.slots:
            self.taken = wide[self.taken_at]
            if written - self.taken >= self.slots:
                self.dropped += 1
                self.gap = 1 << 56
                wide[self.dropped_at] = self.dropped
                return
        slot = self.ring_at + (written & (self.slots - 1)) * 2
        wide[slot] = at
        wide[slot + 1] = task | self.core << 32 | phase << 48 | self.gap
        self.gap = 0
        self.written = written + 1
        wide[self.written_at] = written + 1

    def enter(self, phase):
        """Changes to another phase of the same task. Returns the moment."""
        now = monotonic_ns()
        self.look_at_core()
        self.settle(now)
        self.close(now, phase, self.task)
        return now

    def begin(self, task):
        """Starts to compute on this task. Returns the moment."""
        now = monotonic_ns()
        self.look_at_core()
        self.settle(now)
        if self.shares_lock and self.schedstat is not None:
            self.waited = self.schedstat.read()
        self.close(now, self.computing, task)
        return now

    def rest(self):
        """The worker has no task any more. Returns the moment."""
        now = monotonic_ns()
        self.look_at_core()
        self.settle(now)
        self.close(now, self.idle, NO_TASK)
        return now

    def resume(self):
        """Continues to compute on the task, after a wait for something other than a core."""
        self.enter(self.computing)
        if self.shares_lock and self.schedstat is not None:
            self.waited = self.schedstat.read()

    def tick(self):
        """Reads the clocks while a task computes. Returns how much CPU time the tick took."""
        now = monotonic_ns()
        cpu = self.cpu
        moved = self.look_at_core()
        if self.settle(now) or moved:
            self.close(now, self.computing, self.task)
        return self.cpu - cpu

    def chunks(self, length, is_stopping):
        """`range(length)` in chunks that take about a tick. The clocks are read between them."""
        start = 0
        while start < length:
            end = min(start + self.stride, length)
            yield range(start, end)
            if is_stopping():
                raise Cancelled
            if end - start == self.stride:
                ideal = self.stride * self.tick_ns // max(self.tick(), 1)
                self.stride = max(1, min(max(ideal, self.stride // 2), self.stride * 2, 1 << 30))
            start = end


class Cancelled(BaseException):
    """The run was cancelled, and the task stays unfinished."""


def compute_intensive(chunks):
    """The article's: `for i in range(n): foo += foo*cos(i*pi)`."""
    foo = 0
    for chunk in chunks:
        for i in chunk:
            foo += foo * math.cos(i * math.pi)
    return foo


class Number:
    """A number in the memory of one process or interpreter."""

    def __init__(self):
        self.value = 0


# The number to which all threads of this interpreter add, and its lock.
NUMBER = Number()
LOCK = threading.Lock()


def number_of(arena):
    """The number to which the workers add. In shared memory it is what `multiprocessing.Value(..., lock=False)` makes."""
    if not arena.order["workload"]["counter"]["is_shared"]:
        return NUMBER
    return ctypes.c_uint64.from_buffer(arena.map, arena.layout["header"]["counter"])


def add_ones(counter, chunks):
    """The loop of `counter`: without a lock, another thread or process may add at the same time."""
    for chunk in chunks:
        for _ in chunk:
            counter.value += 1


def add_ones_locked(counter, lock, chunks):
    """The same under a lock."""
    for chunk in chunks:
        for _ in chunk:
            with lock:
                counter.value += 1


class Token:
    """A lock for subinterpreters, for which the standard library has none: a pipe with one byte, which the holder has."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    def __enter__(self):
        os.read(self.reader, 1)

    def __exit__(self, *_error):
        os.write(self.writer, b"\1")


PATTERN = bytes(range(251))
"""The bytes of a block, over and over."""

PAGE = 4096
"""The distance between two bytes that are read of a block."""

BLOCKS = []
"""The block that this process has made, or that it has inherited from the one that forked it."""


def block_of(size):
    """A block of this many bytes."""
    return (PATTERN * (size // len(PATTERN) + 1))[:size]


def receive_block(worker):
    """Gives a worker its block in each way that is possible, before it starts, and records how long each took."""
    order = worker.arena.order
    size = order["workload"]["payload"]
    expected = block_of(size)

    def record(way, since, block):
        # One byte of each page, and the last.
        sum(block[::PAGE]) + block[-1]
        took = monotonic_ns() - since
        if bytes(block) != expected:
            raise ValueError("the block arrived damaged: %s" % way)
        worker.put_known("handovers", took, order["ways"][way])

    if not order["has_own_process"] and BLOCKS:
        record("shared", monotonic_ns(), BLOCKS[0])
        return
    at = worker.arena.layout["block"]["at"]
    shared = memoryview(worker.arena.map)[at : at + size]
    if not order["has_own_process"]:
        record("shared", monotonic_ns(), shared)
        return
    from multiprocessing.connection import Client

    with Client(BLOCK_SOCKET) as connection:
        # The turn of this worker.
        connection.recv()
        record("shared", monotonic_ns(), shared)
        if BLOCKS:
            record("copy-on-write", monotonic_ns(), BLOCKS[0])
        since = monotonic_ns()
        connection.send(None)
        record("pickled", since, connection.recv())


BLOCK_SOCKET = "block"
"""The name of the socket in the current directory."""


def send_blocks(listener):
    """Sends the block to one worker after the other, as `multiprocessing` sends arguments: pickled."""
    while True:
        try:
            with listener.accept() as connection:
                connection.send(None)
                connection.recv()
                connection.send(BLOCKS[0])
        except (EOFError, OSError):
            pass  # The worker has died.


class Worker:
    """One worker of the pool: a thread, a process, an interpreter, or a task of the event loop."""

    def __init__(self, arena, number, writer=None, lock=None):
        self.arena = arena
        self.number = number
        self.lock = lock or LOCK
        self.workload = arena.order["workload"]
        self.steps = steps_of(self.workload)
        self.lane_at = arena.lane(number)
        self.fields = arena.layout["lane"]
        self.task_fields = arena.layout["task"]
        self.states = arena.order["task_states"]
        self.texts = Texts(arena, number)
        self.put("pid", os.getpid())
        self.put("tid", threading.get_native_id())
        self.put("gil", 1 if has_lock() else 2)
        self.writer = writer or LaneWriter(arena, number)
        self.has_concluded = False

    def put(self, name, value):
        """Stores a total of 4 bytes."""
        self.arena.narrow[(self.lane_at + self.fields[name]) // 4] = value

    def put_known(self, name, value, index=0):
        """Stores a total of 8 bytes that may be unknown, or the one with this index of several."""
        self.arena.wide[(self.lane_at + self.fields[name]) // 8 + index] = known(value)

    def add_one(self, name):
        """Adds one to a total."""
        self.arena.narrow[(self.lane_at + self.fields[name]) // 4] += 1

    def arrive(self):
        """Reports that this worker has arrived."""
        self.put("state", self.arena.order["lane_states"]["working"])
        self.arena.ring_bell()

    def wait_for_gate(self):
        """Waits until the gate opens. Cancelling the run opens it, too."""
        poll = select.poll()
        poll.register(self.arena.descriptors["gate"], select.POLLIN)
        poll.poll()

    def begin(self, task):
        """Records the start of a task."""
        self.add_one("begun")
        at = self.arena.task(task)
        fields, narrow = self.task_fields, self.arena.narrow
        start = self.writer.begin(task)
        self.arena.wide[(at + fields["start"]) // 8] = start
        narrow[(at + fields["worker"]) // 4] = self.number
        narrow[(at + fields["executions"]) // 4] += 1
        narrow[(at + fields["state"]) // 4] = self.states["begun"]

    def end(self, task, error=None):
        """Records the end of a task."""
        at = self.arena.task(task)
        fields, narrow = self.task_fields, self.arena.narrow
        if error is not None:
            narrow[(at + fields["error"]) // 4] = self.texts.keep(error)
            self.add_one("failed")
        self.arena.wide[(at + fields["end"]) // 8] = monotonic_ns()
        narrow[(at + fields["state"]) // 4] = self.states["ok" if error is None else "failed"]
        self.add_one("ended")

    def execute(self, task):
        """Executes one task and records how it ended."""
        if self.arena.is_stopping():
            return
        self.begin(task)
        try:
            self.do(task)
        except Cancelled:
            pass  # It stays begun and without an end: the record says that it was stopped.
        except Exception as error:
            self.end(task, error_text(error))
        else:
            self.end(task)
        self.writer.rest()

    def do(self, task):
        """Does what the task consists of: its steps, one after the other."""
        self.page = None
        for step, amount in self.steps:
            STEPS[step](self, task, amount)

    def compute(self, _task, iterations):
        """The article's `compute_intensive`."""
        compute_intensive(self.writer.chunks(iterations, self.arena.is_stopping))

    def add(self, _task, additions):
        """Adds one this many times."""
        counter = number_of(self.arena)
        chunks = self.writer.chunks(additions, self.arena.is_stopping)
        if self.workload["counter"]["is_locked"]:
            add_ones_locked(counter, self.lock, chunks)
        else:
            add_ones(counter, chunks)
        self.arena.wide[(self.lane_at + self.fields["seen"]) // 8] = counter.value

    def fetch(self, task, _amount):
        """The article's `page = urlopen(url).read()`."""
        writer = self.writer
        writer.enter(writer.network)
        try:
            self.page = fetched(self.url(task), self.workload["limits"])
        except Refused as refused:
            raise self.of_address(task, refused) from None
        finally:
            writer.resume()

    def url(self, task):
        """The address that a task fetches."""
        urls = self.workload["urls"]
        return urls[task % len(urls)]

    def of_address(self, task, refused):
        """The same error with the address in front, without what must stay secret."""
        shown = self.workload["shown"]
        return Refused("%s: %s" % (shown[task % len(shown)], refused))

    def write(self, task, times):
        """The article's `open(name, "w").write(str(page))`, this many times."""
        writer, page = self.writer, self.page
        shared = self.workload["shared_file"]
        name = shared or "output-%d.txt" % task
        try:
            for _ in range(times):
                if self.arena.is_stopping():
                    raise Cancelled
                text = str(page)
                writer.enter(writer.file)
                try:
                    with open(name, "w") as output:
                        output.write(text)
                        if shared:
                            self.look_at_length(output, len(text))
                finally:
                    writer.resume()
                self.add_one("writes")
        finally:
            if not shared:
                writer.enter(writer.file)
                remove(name)
                writer.resume()

    def sleep(self, _task, milliseconds):
        """Waits, unless the run is cancelled meanwhile."""
        writer = self.writer
        writer.enter(writer.sleep)
        poll = select.poll()
        poll.register(self.arena.descriptors["stop"], select.POLLIN)
        is_cancelled = poll.poll(milliseconds)
        writer.resume()
        if is_cancelled:
            raise Cancelled

    def look_at_length(self, output, length):
        """Counts a file whose length another worker has changed. The page is ASCII, so its length is known."""
        output.flush()
        if os.fstat(output.fileno()).st_size != length:
            self.add_one("spoilt")

    def conclude(self):
        """Records what is only known at the end, once."""
        if self.has_concluded:
            return
        self.has_concluded = True
        writer = self.writer
        # If all workers share one thread, only the first of them reports its totals.
        reports = self.number == 0 or not isinstance(writer, LoopLaneWriter)
        self.put_known("run_queue_wait", (writer.schedstat.read() if reports else 0) if writer.schedstat else None)
        usage = resource.getrusage(resource.RUSAGE_THREAD)
        self.put_known("voluntary", usage.ru_nvcsw if reports else 0)
        self.put_known("involuntary", usage.ru_nivcsw if reports else 0)
        own = self.arena.order["has_own_process"]
        self.put_known("memory", proportional_set_size() if own else None)
        self.put("state", self.arena.order["lane_states"]["finished"])


# The steps of tasks, by their names in the order.
STEPS = {
    "compute": Worker.compute,
    "add": Worker.add,
    "fetch": Worker.fetch,
    "write": Worker.write,
    "sleep": Worker.sleep,
    # The user's function, which `pconc_function` calls.
    "call": None,
}


def steps_of(workload):
    """The steps of a task, each with its amount. In the order, a step without an amount is only a word."""
    steps = [(step, None) if isinstance(step, str) else next(iter(step.items())) for step in workload["steps"]]
    for step, _ in steps:
        if step not in STEPS:
            raise ValueError("no worker of Python can do this step of a task: %s" % step)
    return steps


def fetches(workload):
    """Whether the tasks of a workload fetch pages."""
    return any(step == "fetch" for step, _ in steps_of(workload))



def has_lock():
    """Whether this interpreter has its lock now. Before 3.13, every interpreter had one."""
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else ask()


class Refused(Exception):
    """A fetch failed. The text is the sentence that all models have for it."""


def error_text(error):
    """An exception as one line."""
    if isinstance(error, Refused):
        return str(error)
    lines = str(error).splitlines()
    return "%s: %s" % (type(error).__name__, lines[0] if lines else "no message")


def remove(name):
    """Removes a file if it exists."""
    try:
        os.remove(name)
    except OSError:
        pass


def proportional_set_size():
    """Memory of this process in bytes, with its share of shared pages. None if the kernel does not say."""
    try:
        with open("/proc/self/smaps_rollup") as rollup:
            for line in rollup:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return None


def time_left(deadline):
    """The seconds until a moment; an error if none are left."""
    left = deadline - time.monotonic()
    if left <= 0:
        import socket

        raise socket.timeout("timed out")
    return left


def hold(sock, deadline):
    """Gives a socket the remaining time, so that the timeout does not start again with each byte.

    If the socket's timeout is off by less than a hundredth, it is kept: setting it is a system call that releases the
    interpreter lock.
    """
    left = time_left(deadline)
    if sock.gettimeout() > left * 1.01:
        sock.settimeout(left)


def connected(host, port, deadline):
    """A connection to the first address that answers, as `socket.create_connection` makes it.

    Each address may take half of the remaining time, the last one all of it. The look-up of the name takes as long as
    the system needs for it, because nothing can interrupt it.
    """
    import socket

    addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    for number, (family, kind, protocol, _, address) in enumerate(addresses, 1):
        is_last = number == len(addresses)
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(time_left(deadline) / (1 if is_last else 2))
            sock.connect(address)
            if not is_last:
                sock.settimeout(time_left(deadline))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except BaseException as error:
            sock.close()
            if is_last or not isinstance(error, OSError):
                raise
    raise OSError("getaddrinfo returns an empty list")


class Arriving(io.RawIOBase):
    """What a socket receives before a deadline."""

    def __init__(self, sock, deadline):
        self.sock = sock
        self.deadline = deadline
        # It keeps the connection open after the socket is closed, which urllib does as soon as it has the head of an
        # answer.
        self.file = sock.makefile("rb", buffering=0)

    def readable(self):
        return True

    def readinto(self, buffer):
        hold(self.sock, self.deadline)
        return self.file.readinto(buffer)

    def close(self):
        self.file.close()
        super().close()


NO_ANSWER = "the server closed the connection without an answer"
CUT_OFF = "the answer ended before it was complete"
CLOSED = "the server closed the connection"
NOT_HTTP = "the answer is not valid HTTP"
NO_ISSUER = "from an unknown issuer, or self-signed"

CHUNK_HEAD = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(;.*)?\r?\n", re.DOTALL)
"""A line with the length of the next chunk of a body. Python's `int` accepts more than a valid number."""


class Lines(io.BufferedReader):
    """An answer as the standard library's parser reads it. The parser alone would accept a head that was cut off."""

    def __init__(self, file, head_bytes):
        super().__init__(file)
        self.head = Head(head_bytes)

    def readline(self, *most):
        line = super().readline(*most)
        self.head.check(line)
        return line


class Head:
    """Checks the lines of a head as strictly as the native models do."""

    STATUS = re.compile(rb"HTTP/1\.[01] [0-9]{3}( [\t -~\x80-\xff]*)?\r?\n")
    HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*\r?\n")

    def __init__(self, most):
        self.most = most
        self.bytes = 0
        self.is_first = True

    def check(self, line):
        """Refuses a line that is not valid or cut off, or that makes the head too long."""
        self.bytes += len(line)
        if self.bytes > self.most:
            raise Refused("the head of the answer is larger than %s" % bytes_in_words(self.most))
        is_end = not self.is_first and line in (b"\r\n", b"\n", b"\r", b"")
        pattern = self.STATUS if self.is_first else self.HEADER
        if not is_end and not pattern.fullmatch(line if line.endswith(b"\n") else self.completed(line)):
            raise Refused(NOT_HTTP)
        if not line.endswith(b"\n"):
            raise Refused(NO_ANSWER)
        # Another status follows the end if the first one was interim.
        self.is_first = is_end

    def completed(self, line):
        """A valid line that starts like this one, if there is any."""
        if self.is_first:
            line += b"HTTP/1.1 200 "[len(line) :]
        elif b":" not in line:
            line += b"x:"
        return line.rstrip(b"\r") + b"\r\n"


def chunk_length(line):
    """The length of the next chunk of a body."""
    head = CHUNK_HEAD.fullmatch(line)
    if head is None:
        raise Refused(NOT_HTTP if line else CUT_OFF)
    return int(head.group(1), 16)


def bytes_in_words(count):
    """A limit in bytes, in words."""
    for size, unit in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if count % size == 0:
            return "%d %s" % (count // size, unit)
    return "%d bytes" % count


def check_head(answer):
    """Refuses heads with errors that the parser overlooks, and sets the length of the body if the parser gave up on it."""
    headers = answer.headers
    if headers.defects:
        raise Refused(NOT_HTTP)
    lengths = {length.strip() for header in headers.get_all("Content-Length", ()) for length in header.split(",")}
    if len(lengths) > 1 or not all(re.fullmatch("[0-9]+", length) and int(length) < 1 << 64 for length in lengths):
        raise Refused(NOT_HTTP)
    if not answer.chunked and headers.get("Transfer-Encoding", "").lower().rpartition(",")[2].strip() == "chunked":
        answer.chunked, answer.chunk_left, answer.length = True, None, None
    elif not answer.chunked and answer.length is None and lengths:
        answer.length = int(lengths.pop())


HOST = re.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]+)?")
"""A host, optionally with a port."""


def redirected(url, answer):
    """The address to which an answer redirects; None if it is the page. Refuses all other answers."""
    from urllib.parse import quote, urljoin, urlsplit

    # 206 is a part of a page, which was not requested.
    if not 200 <= answer.status < 400 or answer.status == 206:
        raise Refused(("the server answered %d %s" % (answer.status, reason_of(answer.status))).strip())
    if answer.status not in (301, 302, 303, 307, 308):
        return None
    location = answer.getheader("Location")
    if location is None:
        raise Refused("the server redirects without saying where")
    # Many servers send spaces and other characters unencoded.
    location = quote(location.strip(" \t"), safe="%:/?#[]@!$&'()*+,;=|~", encoding="iso-8859-1").partition("#")[0]
    if re.match("[A-Za-z][A-Za-z0-9+.-]*:", location) and not re.match("https?:", location, re.IGNORECASE):
        raise Refused("the server redirects to an address that is neither http nor https")
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        is_host = HOST.fullmatch(parts.netloc.rpartition("@")[2]) and parts.port != 0
        is_valid = is_host and not re.match("https?:(?!//)", location, re.IGNORECASE)
    except ValueError:
        is_valid = False
    if not is_valid:
        # `from None`: the library's own message may quote the address, which may contain a password.
        raise Refused("the server redirects to an address that is not valid") from None
    return target


def is_interim(status):
    """Whether another answer follows the one with this status."""
    return 100 <= status < 200 and status != 101


def reason_of(status):
    """The usual reason of a status. That of the server itself is not shown, because anybody may have written it."""
    import http.client

    return http.client.responses.get(status, "")


def separated(url):
    """An address without user name and password, and the headers that contain them.

    Nothing else gets to see them. Some parts of the standard library quote addresses in their errors, and urllib takes
    the user name for a part of the host.
    """
    if "@" not in url:
        return url, {}
    import base64
    from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

    parts = urlsplit(url)
    login, is_there, host = parts.netloc.rpartition("@")
    if not is_there:
        return url, {}
    user, _, password = login.partition(":")
    token = base64.b64encode(unquote_to_bytes(user) + b":" + unquote_to_bytes(password)).decode("ascii")
    return urlunsplit(parts._replace(netloc=host)), {"Authorization": "Basic " + token}


def fetched(url, limits):
    """The page of an address, as `urlopen(url).read()` returns it, within the limits of all models."""
    import urllib.request

    deadline = time.monotonic() + limits["timeout_s"]
    has_head = False
    try:
        for _ in range(limits["redirects"] + 1):
            address, login = separated(url)
            request = urllib.request.Request(address, headers=login)
            with urllib.request.urlopen(request, timeout=time_left(deadline)) as answer:
                url = redirected(url, answer)
                if url is None:
                    has_head = True
                    return body(answer, limits["body_bytes"])
    except Exception as error:
        raise refusal(error, has_head, limits["timeout_s"]) from None
    raise Refused(too_many_redirects(limits))


def too_many_redirects(limits):
    return "the server redirects more than %d times" % limits["redirects"]


def refusal(error, has_head, timeout_s):
    """What an error of the standard library means, in the words of all models. `has_head`: the page had begun."""
    import http.client
    import socket
    from urllib.error import URLError

    if isinstance(error, Refused):
        return error
    if isinstance(error, URLError) and isinstance(error.reason, Exception):
        error = error.reason
    number = errno_of(error)
    # The one of `socket`, or of `asyncio`: some versions have one class for both.
    if type(error).__name__ in ("timeout", "TimeoutError") and number is None:
        return Refused("%s within %g s" % ("the answer was not complete" if has_head else "no answer", timeout_s))
    if isinstance(error, http.client.RemoteDisconnected):
        return Refused(NO_ANSWER)
    if isinstance(error, (http.client.IncompleteRead, EOFError)):
        return Refused(CUT_OFF)
    if type(error).__module__ == "ssl":
        return Refused(words_of_tls(error, has_head))
    if isinstance(error, socket.gaierror):
        is_unknown = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
        why = "the host's name could not be looked up (%s)" % uncapitalized(error.strerror)
        return Refused("no such host" if is_unknown else why)
    if isinstance(error, ConnectionError) and number is None:
        # The event loop's own error during the handshake of TLS.
        return Refused(NO_ANSWER)
    if isinstance(error, OSError) and number is not None:
        return Refused(WORDS_OF_SYSTEM.get(number) or uncapitalized(os.strerror(number)))
    if isinstance(error, UnicodeError):
        # The name of the host is none, as a part of it is too long.
        return Refused("no such host")
    if isinstance(error, (http.client.HTTPException, ValueError)):
        return Refused(NOT_HTTP)
    return error


def errno_of(error):
    """The system's number of an error. If asyncio has tried several addresses, it is only in the text; the last counts."""
    numbers = re.findall(r"\[Errno (\d+)\]", str(error)) if isinstance(error, OSError) and error.errno is None else []
    return int(numbers[-1]) if numbers else getattr(error, "errno", None)


WORDS_OF_SYSTEM = {
    errno.ECONNRESET: CLOSED,
    errno.ECONNABORTED: CLOSED,
    errno.EPIPE: CLOSED,
    # The kernel's own time limit.
    errno.ETIMEDOUT: "the host does not answer",
    errno.EMFILE: "too many files and connections are open",
    errno.ENFILE: "too many files and connections are open",
    errno.EADDRNOTAVAIL: "no address or port is free to connect from",
}
"""The words for errors of the system, where its own do not say it."""

WORDS_OF_CERTIFICATE = {
    9: "not valid yet",
    10: "expired",
    18: NO_ISSUER,
    19: NO_ISSUER,
    20: NO_ISSUER,
    21: NO_ISSUER,
    23: "revoked",
    62: "made out to another name",
    64: "made out to another name",
}
"""What is wrong with a certificate, by OpenSSL's number."""


def words_of_tls(error, has_head):
    """What an error of the module `ssl` means."""
    if hasattr(error, "verify_code"):
        why = WORDS_OF_CERTIFICATE.get(error.verify_code)
        return "the certificate is not valid" + (" (%s)" % why if why else "")
    if type(error).__name__ in ("SSLEOFError", "SSLZeroReturnError"):
        return CUT_OFF if has_head else NO_ANSWER
    reason = (error.reason or "for an unknown reason").lower().replace("_", " ")
    if "alert" in reason:
        return "the server refused the secure connection"
    if reason in ("wrong version number", "record layer failure", "packet length too long", "http request"):
        return "the server does not speak TLS at this port"
    return "no secure connection could be made (%s)" % reason


def uncapitalized(text):
    return text[:1].lower() + text[1:]


# What the parser of a body asks for, besides a number of bytes: a line, and what has arrived.
LINE = "line"
SOME = "some"


def body_of(answer, most):
    """The body of an answer; an error if it ends early or is too large. A generator, which yields what it needs next, and
    is sent that. So one parser serves threads, which wait for it, and an event loop.
    """
    page = bytearray()
    if answer.chunked:
        while True:
            length = chunk_length((yield LINE))
            if length == 0:
                break
            check_size(len(page) + length, most)
            page += yield length
            if (yield 2) != b"\r\n":
                raise Refused(NOT_HTTP)
        # What follows the last chunk up to an empty line is of no use here. Some servers leave that line out.
        while (yield LINE) not in (b"\r\n", b"\n", b""):
            pass
        return bytes(page)
    if answer.length is not None:
        check_size(answer.length, most)
        return (yield answer.length)
    while True:
        block = yield SOME
        if not block:
            return bytes(page)
        page += block
        check_size(len(page), most)


def body(answer, most):
    """The body of an answer, which is waited for."""
    file, steps = answer.fp, body_of(answer, most)
    wanted = next(steps)
    try:
        while True:
            if wanted is LINE:
                data = checked_line(io.BufferedReader.readline(file, LINE_BYTES_MAX))
            elif wanted is SOME:
                data = file.read1(1 << 16)
            else:
                data = file.read(wanted)
                if len(data) < wanted:
                    raise Refused(CUT_OFF)
            wanted = steps.send(data)
    except StopIteration as end:
        return end.value


HEADERS_MAX = 100
"""The maximum number of lines after the first of a head: that of the standard library's parser."""

LINE_BYTES_MAX = 1 << 16
"""The maximum length of a line between chunks."""


def checked_line(line):
    """The line, if it is a whole one, or nothing at the end."""
    if len(line) >= LINE_BYTES_MAX or (line and not line.endswith(b"\n")):
        raise Refused(NOT_HTTP)
    return line


def check_size(count, most):
    """Refuses a body that is too large."""
    if count > most:
        raise Refused("the body is larger than %s" % bytes_in_words(most))


def make_opener(limits):
    """An opener for addresses: urllib, for pages only, without proxies, and with limits for everything that a fetch
    receives.
    """
    import http.client
    import urllib.request

    class Limited:
        """A connection that has to be made, and has to receive its answer, within the timeout of `urlopen`."""

        def __init__(self, host, timeout, **others):
            self.deadline = time.monotonic() + timeout
            super().__init__(host, timeout=timeout, **others)

        def connect(self):
            self.sock = connected(self.host, self.port, self.deadline)

        def response_class(self, sock, *level, **others):
            lines = Lines(Arriving(sock, self.deadline), limits["head_bytes"])
            return Answer(Received(lines), *level, **others)

        def getresponse(self):
            answer = super().getresponse()
            check_head(answer)
            return answer

    class Answer(http.client.HTTPResponse):
        def _read_status(self):
            # Any status that announces another answer is passed over like 100 ("Continue").
            version, status, reason = super()._read_status()
            return version, 100 if is_interim(status) else status, reason

    class Plain(Limited, http.client.HTTPConnection):
        pass

    class PlainHandler(urllib.request.HTTPHandler):
        def http_open(self, request):
            return self.do_open(Plain, request)

    handlers = [PlainHandler(), urllib.request.UnknownHandler()]
    if hasattr(http.client, "HTTPSConnection"):

        class Encrypted(Limited, http.client.HTTPSConnection):
            def connect(self):
                super().connect()
                hold(self.sock, self.deadline)
                # An end that the server does not announce is an error, because an attacker may have caused it.
                self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host, suppress_ragged_eofs=False)

        class EncryptedHandler(urllib.request.HTTPSHandler):
            def https_open(self, request):
                return self.do_open(Encrypted, request, context=self._context)

        handlers.append(EncryptedHandler())
    opener = urllib.request.OpenerDirector()
    for handler in handlers:
        opener.add_handler(handler)
    return opener


HAS_OPENER = []


def install_opener(order):
    """Creates the opener, once in each process and interpreter, before the gate opens.

    Otherwise the first `urlopen` would create it, and so would every thread that starts before it exists. From Python
    3.12 on, each of them would load the certificates, which takes tens of milliseconds of CPU time.
    """
    if HAS_OPENER or not fetches(order["workload"]):
        return
    import urllib.request

    HAS_OPENER.append(True)
    urllib.request.install_opener(make_opener(order["workload"]["limits"]))


class Here(threading.local):
    """The worker of this thread."""

    worker = None


HERE = Here()
# The worker of this process or interpreter, if there is only one. Thread-local memory of a subinterpreter is lost
# between two calls.
ALONE = {}


# Why initializers failed in this process. The pool says only that one did.
REASONS = []


def settle_in(links):
    """The initializer of every pool. It makes this thread or process a worker, and waits until all others have arrived."""
    try:
        prepare(links)
    except BaseException as error:
        REASONS.append(error_text(error))
        raise
    if links.order["workload"]["payload"]:
        receive_block(here())
    here().arrive()
    here().wait_for_gate()


def here():
    """The worker that executes the current task."""
    return ALONE.get("worker") or HERE.worker


def settle_in_process(links):
    """The same for a process, which also ends when the program is gone."""
    threading.Thread(target=leave_with_program, args=(links.descriptors["stop"],), daemon=True).start()
    settle_in(links)


def settle_in_interpreter(order, descriptors):
    """The same for a subinterpreter, which can be passed only text and numbers."""
    descriptors = json.loads(descriptors)
    settle_in(Links(json.loads(order), descriptors, shared_token(descriptors)))


def shared_token(descriptors):
    """The lock that subinterpreters share, if there is one."""
    return Token(*descriptors["token"]) if "token" in descriptors else None


def prepare(links):
    """Takes the next lane."""
    if links.order["workload"]["function"]:
        import pconc_function

        pconc_function.load(links.order["workload"]["function"])
    arena = Arena(links)
    install_opener(links.order)
    (number,) = struct.unpack("=I", os.read(links.descriptors["lanes"], 4))
    worker = Worker(arena, number, lock=links.lock)
    if links.order["model"] == "python-threads":
        HERE.worker = worker
    else:
        ALONE["worker"] = worker


def leave_with_program(stop):
    """Ends this process when all processes that could stop the run are gone."""
    poll = select.poll()
    poll.register(stop, 0)
    poll.poll()
    os._exit(1)


def execute(task):
    """What the pool executes. A number below 0 is not a task: it only makes the pool create a worker."""
    if task >= 0:
        here().execute(task)


def conclude(_):
    """Makes one worker write its totals, and keeps it until all others have done so: each worker gets this call once."""
    worker = here()
    worker.conclude()
    arena = worker.arena
    at = arena.python("may_go") // 4
    while not arena.narrow[at] and not arena.is_stopping():
        time.sleep(0.001)


class Manager:
    """The interpreter's first process: it creates the pool, hands out the tasks, and reports the result."""

    def __init__(self, order):
        self.order = order
        self.workers = order["workers"]
        descriptors = dict(order["descriptors"])
        self.numbers, self.give = os.pipe()
        descriptors["lanes"] = self.numbers
        self.links = Links(order, descriptors)
        self.arena = Arena(self.links)
        self.texts = Texts(self.arena, self.workers)
        self.processes = []
        os.write(self.give, b"".join(struct.pack("=I", number) for number in range(self.workers)))

    def say(self, name, value):
        """Stores a number of 8 bytes that the interpreter reports about itself."""
        self.arena.wide[self.arena.python(name) // 8] = value

    def fail(self, sentence):
        """Records why the run broke."""
        self.arena.narrow[self.arena.python("failure") // 4] = self.texts.keep(sentence)

    def run(self):
        """The whole run, as a Python user would write it."""
        if self.order["model"] == "python-asyncio":
            run_loop(self)
        else:
            self.run_pool(self.submit_tasks)

    def run_pool(self, submit):
        """The run of a pool, from its creation to its end. `submit` gives it all tasks, and returns the futures and what
        collects their results.
        """
        model = self.order["model"]
        if model not in POOLS:
            raise ValueError("there is no such model of Python: %s" % model)
        # Before a worker shares or inherits them.
        install_opener(self.order)
        listener = self.make_block()
        with POOLS[model](self) as pool:
            try:
                futures, collect = submit(pool)
            except BaseException as error:
                self.give_up(error)
            if listener is not None:
                # Started only now, because a process with a second thread should not fork.
                threading.Thread(target=send_blocks, args=(listener,), daemon=True).start()
            self.watch_arrival(futures)
            collect()
            self.say("done_at", monotonic_ns())
            futures = [pool.submit(conclude, None) for _ in range(self.workers)]
            self.watch_conclusion(futures)
            for future in futures:
                future.result()

    def submit_tasks(self, pool):
        """Submits all tasks. At least as many items as workers: a pool does not create a worker that would be idle."""
        tasks = range(self.order["tasks"])
        missing = range(-max(self.workers - len(tasks), 0), 0)
        futures = [pool.submit(execute, task) for task in itertools.chain(missing, tasks)]
        return futures, lambda: [future.result() for future in futures]

    def make_block(self):
        """Makes the block that the workers get, if they get one. Returns where processes can ask for it."""
        size = self.order["workload"]["payload"]
        if not size:
            return None
        BLOCKS.append(block_of(size))
        if not self.order["has_own_process"]:
            return None
        from multiprocessing.connection import Listener

        return Listener(BLOCK_SOCKET, backlog=self.workers)

    def give_up(self, error, doing=""):
        """Ends the interpreter if the pool cannot be completed. Leaving the pool would wait for workers that wait for
        the gate.
        """
        if isinstance(error, concurrent.futures.BrokenExecutor) and self.order["has_own_process"]:
            self.name_dead(error)
        else:
            self.fail(doing + pool_refusal(error))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)

    def states(self):
        """The states of the workers."""
        at = self.arena.layout["lane"]["state"]
        return [self.arena.narrow[(self.arena.lane(number) + at) // 4] for number in range(self.workers)]

    def watch_arrival(self, futures):
        """Records when all workers had arrived. It waits for the gate, so that it does nothing while they work.

        No task can end before the gate opens. If one does, the pool broke.
        """
        poll = select.poll()
        poll.register(self.links.descriptors["gate"], select.POLLIN)
        self.processes = self.children()
        while not poll.poll(20):
            self.processes = self.children()
            broken = next((future for future in futures if future.done()), None)
            if broken is not None and broken.exception() is not None and not self.arena.is_stopping():
                self.give_up(broken.exception())
        self.processes = self.children()
        self.say("pool_at", monotonic_ns())

    def children(self):
        """The processes of the pool, which report later how they ended."""
        if not self.order["has_own_process"]:
            return []
        import multiprocessing

        known = {process.pid: process for process in self.processes}
        known.update((process.pid, process) for process in multiprocessing.active_children())
        return list(known.values())

    def watch_conclusion(self, futures):
        """Lets the workers go after all have written their totals."""
        finished = self.order["lane_states"]["finished"]
        while any(state != finished for state in self.states()):
            if self.arena.is_stopping() or any(future.done() for future in futures):
                break
            time.sleep(0.001)
        self.conclude()
        self.arena.narrow[self.arena.python("may_go") // 4] = 1

    def conclude(self):
        """Records what the management cost, and the number as this process finds it."""
        if self.order["workload"]["counter"]:
            self.say("counter", known(number_of(self.arena).value))
        self.say("memory", known(proportional_set_size()))
        own = resource.getrusage(resource.RUSAGE_SELF)
        cpu = round((own.ru_utime + own.ru_stime) * 1e9)
        if not self.order["has_own_process"]:
            # The workers are threads of this process, so the rest of its CPU time is the manager's.
            at = self.arena.layout["lane"]["cpu"]
            lanes = range(self.workers)
            cpu -= sum(self.arena.wide[(self.arena.lane(number) + at) // 8] for number in lanes)
        self.say("manager_cpu", known(max(cpu, 0)))

    def name_dead(self, error):
        """Records which processes of a broken pool died, and how. The pool itself ends all others."""
        import signal

        ended_by_pool = (0, None, -signal.SIGTERM)
        # A pool notices a death a moment before the system reports its cause.
        for _ in range(100):
            codes = {process.pid: process.exitcode for process in self.processes}
            first = [pid for pid, code in codes.items() if code not in ended_by_pool]
            if first or None not in codes.values():
                break
            time.sleep(0.001)
        for number in range(self.workers):
            lane = self.arena.lane(number)
            fields = self.arena.layout["lane"]
            pid = self.arena.narrow[(lane + fields["pid"]) // 4]
            if pid in first or (not first and pid in codes):
                cause = self.texts.keep(death(codes[pid]))
                self.arena.narrow[(lane + fields["cause"]) // 4] = cause
                died = self.order["lane_states"]["died"]
                self.arena.narrow[(lane + fields["state"]) // 4] = died
        self.fail(pool_refusal(error))


def pool_refusal(error):
    """Why a pool could not be completed, with Python's reason."""
    said = "; ".join([error_text(error)] + REASONS[:1])
    if "can't start new thread" in said:
        said += "; too little memory or a limit on threads: use fewer workers"
    return said


def death(code):
    """How a process with this exit code ended, as the rest of a sentence that starts with its name."""
    import signal

    if code is not None and code < 0:
        try:
            return "was killed by %s" % signal.Signals(-code).name
        except ValueError:
            return "was killed by signal %d" % -code
    return "ended early with status %s" % code


def known(value):
    """A number that may be unknown, as the arena stores it."""
    return 0 if value is None else value + 1


class LoopLaneWriter(LaneWriter):
    """A lane of an event loop. All these lanes share a thread, and therefore its CPU clock.

    The worker that stamps gets the CPU time since the last stamp of any of them, so that their sum is the thread's.
    """

    clock = {"cpu": 0}

    def read_cpu(self, now):
        cpu = thread_time_ns()
        used, self.clock["cpu"] = cpu - self.clock["cpu"], cpu
        wide = self.wide
        wide[self.cores_at + min(self.core, self.last_core)] += used
        self.cpu += used
        self.ticked = now
        wide[self.cpu_at] = self.cpu


def pool_of_threads(manager):
    return concurrent.futures.ThreadPoolExecutor(
        max_workers=manager.workers, initializer=settle_in, initargs=(manager.links,)
    )


def needs_shared_lock(order):
    """Whether workers that share no variables make their additions under one lock."""
    counter = order["workload"]["counter"]
    return bool(counter) and counter["is_shared"] and counter["is_locked"]


def pool_of_processes(manager):
    import multiprocessing

    context = multiprocessing.get_context(manager.order["start_method"])
    try:
        if needs_shared_lock(manager.order):
            manager.links.lock = context.Lock()
        return concurrent.futures.ProcessPoolExecutor(
            max_workers=manager.workers,
            mp_context=context,
            initializer=settle_in_process,
            initargs=(manager.links,),
        )
    except OSError as error:
        # The system's error does not say where semaphores are.
        manager.give_up(error, "multiprocessing cannot make semaphores in /dev/shm, which has to be writable: ")


def pool_of_interpreters(manager):
    descriptors = dict(manager.links.descriptors)
    if needs_shared_lock(manager.order):
        descriptors["token"] = os.pipe()
        shared_token(descriptors).__exit__()
    return concurrent.futures.InterpreterPoolExecutor(
        max_workers=manager.workers,
        initializer=settle_in_interpreter,
        initargs=(json.dumps(manager.order), json.dumps(descriptors)),
    )


# The pool of each model, as a Python user would create it.
POOLS = {
    "python-threads": pool_of_threads,
    "python-processes": pool_of_processes,
    "python-interpreters": pool_of_interpreters,
}


def run_loop(manager):
    """Executes all workers as tasks of one event loop."""
    import asyncio

    asyncio.run(work_in_loop(manager))
    manager.conclude()


async def work_in_loop(manager):
    import asyncio

    arena = manager.arena
    LoopLaneWriter.clock["cpu"] = thread_time_ns()
    workers = [Worker(arena, number, LoopLaneWriter(arena, number)) for number in range(manager.workers)]
    for worker in workers:
        worker.arrive()
    workers[0].wait_for_gate()
    manager.say("pool_at", monotonic_ns())
    tasks = iter(range(manager.order["tasks"]))
    context = make_context(manager.order["workload"]["urls"] or [])
    await asyncio.gather(*(work(worker, tasks, context) for worker in workers))
    manager.say("done_at", monotonic_ns())
    for worker in workers:
        worker.conclude()


def make_context(urls):
    """The context of encrypted connections, created once; None if no address is encrypted."""
    if not any(url.lower().startswith("https:") for url in urls):
        return None
    import ssl

    return ssl.create_default_context()


async def work(worker, tasks, context):
    """Takes tasks until there are none."""
    for task in tasks:
        if worker.arena.is_stopping():
            return
        worker.begin(task)
        writer = worker.writer
        try:
            for step, amount in worker.steps:
                if step in LOOP_STEPS:
                    await LOOP_STEPS[step](worker, task, amount, context)
                else:
                    # Files are written as the article does it: asyncio has no files, so all other tasks wait meanwhile.
                    STEPS[step](worker, task, amount)
        except Cancelled:
            pass
        except Exception as error:
            worker.end(task, error_text(error))
        else:
            worker.end(task)
        writer.rest()


async def fetch_in_loop(worker, task, _amount, context):
    """Fetches the page of a task."""
    writer = worker.writer
    writer.enter(writer.network)
    try:
        worker.page = await fetched_in_loop(worker.url(task), worker.workload["limits"], context)
    except Refused as refused:
        raise worker.of_address(task, refused) from None
    finally:
        writer.resume()


async def sleep_in_loop(worker, _task, milliseconds, _context):
    """Waits as a task of the loop. Ends within a tenth of a second if the run is cancelled."""
    import asyncio

    writer = worker.writer
    writer.enter(writer.sleep)
    until = monotonic_ns() + milliseconds * 1_000_000
    while not worker.arena.is_stopping():
        left = (until - monotonic_ns()) / 1e9
        if left <= 0:
            break
        await asyncio.sleep(min(left, 0.1))
    writer.resume()
    if worker.arena.is_stopping():
        raise Cancelled


# The steps that release the loop while they wait, by their names in the order. All other steps block it.
LOOP_STEPS = {"fetch": fetch_in_loop, "sleep": sleep_in_loop}


async def fetched_in_loop(url, limits, context):
    """The page of an address, fetched by the standard library's event loop, which does not know HTTP."""
    import asyncio

    heads = []
    try:
        return await asyncio.wait_for(follow(url, limits, context, heads), limits["timeout_s"])
    except Exception as error:
        raise refusal(error, bool(heads), limits["timeout_s"]) from None


async def follow(url, limits, context, heads):
    """Follows redirects."""
    for _ in range(limits["redirects"] + 1):
        url, page = await get(url, limits, context, heads)
        if url is None:
            return page
    raise Refused(too_many_redirects(limits))


async def get(url, limits, context, heads):
    """One request on a connection of its own. Returns the redirect target, or None and the body. When the head of a page
    has arrived, it is added to `heads`.
    """
    import asyncio
    from urllib.parse import urlsplit

    address, login = separated(url)
    parts = urlsplit(address)
    encrypted = parts.scheme.lower() == "https"
    if encrypted and context is None:
        import ssl

        context = ssl.create_default_context()
    reader, writer = await asyncio.open_connection(
        parts.hostname,
        parts.port or (443 if encrypted else 80),
        ssl=context if encrypted else None,
        # The maximum length of a line. A line longer than the limit of a head must reach the check of that limit.
        limit=2 * limits["head_bytes"],
    )
    try:
        headers = {
            "Host": parts.netloc,
            "User-Agent": "Python-asyncio/%d.%d" % sys.version_info[:2],
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        headers.update(login)
        lines = ["GET %s%s HTTP/1.1" % (parts.path or "/", "?" + parts.query if parts.query else "")]
        lines.extend("%s: %s" % header for header in headers.items())
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        await writer.drain()
        answer = await head_in_loop(reader, limits["head_bytes"])
        target = redirected(url, answer)
        if target is not None:
            return target, None
        heads.append(answer)
        return None, await body_in_loop(reader, writer, answer, limits["body_bytes"])
    finally:
        writer.close()


async def head_in_loop(reader, most):
    """The head of an answer, read by the standard library's parser."""
    import http.client

    head = bytearray()
    lines = Head(most)
    start = 0
    # One more than the parser accepts, which then refuses them.
    for _ in range(HEADERS_MAX + 1):
        line = await line_in_loop(reader, most)
        head += line
        lines.check(line)
        if line in (b"\r\n", b"\n", b""):
            status = (head[start:].split(None, 2)[1:2] or [b""])[0]
            if not status.isdigit() or not is_interim(int(status)):
                break
            start = len(head)
    answer = http.client.HTTPResponse(Received(io.BytesIO(bytes(head[start:]))))
    answer.begin()
    check_head(answer)
    return answer


async def line_in_loop(reader, most):
    """The next line of an answer. It may lack its end."""
    try:
        return await reader.readline()
    except ValueError:
        # It is longer than the stream allows, which is more than a whole head may have.
        return bytes(most + 1)


async def body_in_loop(reader, writer, answer, most):
    """The body of an answer, while the loop does other things."""
    steps = body_of(answer, most)
    wanted = next(steps)
    try:
        while True:
            if wanted is LINE:
                data = checked_line(await line_in_loop(reader, LINE_BYTES_MAX))
            elif wanted is SOME:
                data = await reader.read(1 << 16)
                if not data:
                    check_end_of_tls(writer)
            else:
                data = await reader.readexactly(wanted)
            wanted = steps.send(data)
    except StopIteration as end:
        return end.value


def check_end_of_tls(writer):
    """Refuses an end that an encrypted connection did not announce, because an attacker may have caused it."""
    tls = writer.get_extra_info("ssl_object")
    if tls is None:
        return
    try:
        tls.read(1)
    except Exception as error:
        if type(error).__name__ != "SSLZeroReturnError":
            raise Refused(CUT_OFF) from None


class Received:
    """Received bytes in the form that the standard library's parser expects: a socket that can be read like a file."""

    def __init__(self, file):
        self.file = file

    def makefile(self, _mode):
        return self.file


def convoy():
    """The convoy: tells how long a thread takes to sleep for a millisecond beside computing threads, in nanoseconds.

    The arguments are the number of computing threads, the number of latencies and the file for the answer.
    """
    computing, samples = int(sys.argv[1]), int(sys.argv[2])
    over = []
    begun = threading.Barrier(computing + 1)

    def compute():
        begun.wait()
        foo = i = 0
        while not over:
            foo += foo * math.cos(i * math.pi)
            i += 1

    threads = [threading.Thread(target=compute) for _ in range(computing)]
    for thread in threads:
        thread.start()
    begun.wait()
    latencies = []
    for _ in range(samples):
        start = monotonic_ns()
        time.sleep(0.001)
        latencies.append(monotonic_ns() - start)
    over.append(True)
    for thread in threads:
        thread.join()
    with open(sys.argv[3], "w") as answer:
        json.dump(latencies, answer)


def import_what_is_needed(order):
    """Imports now what the first task would otherwise import."""
    if order["model"] == "python-asyncio":
        import asyncio  # noqa: F401
    elif fetches(order["workload"]):
        import urllib.request  # noqa: F401
    if order["model"] == "python-processes":
        import concurrent.futures.process  # noqa: F401
        import multiprocessing  # noqa: F401

        keep_together(order)


def keep_together(order):
    """Makes multiprocessing put its sockets and semaphores where this program removes them, however everything ends."""
    import multiprocessing

    # Processes of every start method inherit this.
    config = multiprocessing.current_process()._config
    config["tempdir"] = order["sockets"]
    config["semprefix"] = order["semaphores"]


def main():
    """Executes the order in the file that the first argument names."""
    with open(sys.argv[1]) as file:
        order = json.load(file)
    manager = Manager(order)
    manager.say("begun_at", BEGUN_AT)
    import_what_is_needed(order)
    try:
        run = manager.run
        if order["workload"]["function"]:
            import pconc_function

            run = pconc_function.Runner(manager).run
        manager.say("imported_at", monotonic_ns())
        run()
    except concurrent.futures.BrokenExecutor as error:
        manager.name_dead(error)
        sys.exit(1)
    except BaseException as error:
        manager.fail(error_text(error))
        sys.exit(1)

"""A Python function of the user's: looked at before anything is measured, and called as each model calls it.

pconc-tui starts this file in the user's own environment, once to look at the function (`look`). For a run it is a module
beside `pconc_worker`, which records what every worker does. The pools are those of the standard library, used as its
documentation uses them.

Standard library only, Python 3.8 or newer.
"""

import hashlib
import importlib
import importlib.util
import inspect
import itertools
import json
import os
import pickle
import sys
import time
import traceback
import types

monotonic_ns = time.monotonic_ns

INPUTS_MAX = 100000
"""The maximum number of calls of a run."""

DIGESTS_LISTED = 1000
"""With more calls than this, results are not digested."""

DIGEST_SECONDS = 0.5
"""The maximum time for digesting results."""

NODES_MAX = 20000
"""With more parts than this, a value is not digested."""

TEXT_MAX = 400
"""The maximum length of the end of a traceback, in characters."""


# Finding the function, and what its calls get.


class Refused(Exception):
    """Why the function cannot be called: one sentence, and Python's traceback if there is one."""

    def __init__(self, sentence, error=None):
        super().__init__(sentence)
        self.sentence = sentence
        self.traceback = "" if error is None else traceback_of(error)


def traceback_of(error):
    """Python's traceback without the frames of this file and of the import system."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not is_ours(frame.filename)]
    lines = traceback.format_exception_only(type(error), error)
    if frames:
        lines = ["Traceback (most recent call last):\n"] + traceback.format_list(frames) + lines
    return "".join(lines).rstrip()


OURS = ("<string>", "pconc_worker.py", "pconc_function.py", "inspect.py")
"""Files whose frames say nothing about the user's code."""


def is_ours(filename):
    """Whether the frames of this file belong to this program, to the import system, or to looking at a function."""
    is_import = filename.startswith("<frozen ") or filename == importlib.__file__
    return is_import or os.path.basename(filename) in OURS


def error_end(error):
    """The end of Python's traceback as one line: the exception, and where the user's code raised it."""
    lines = str(error).splitlines()
    text = "%s: %s" % (type(error).__name__, lines[0]) if lines else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not is_ours(frame.filename)]
    if frames:
        last = frames[-1]
        text = '%s (File "%s", line %d, in %s)' % (text[:TEXT_MAX], shown_path(last.filename), last.lineno, last.name)
    return text[: 2 * TEXT_MAX]


def shown_path(path):
    """A path as seen from the working directory, if it is below it."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):
        return path
    return path if relative.startswith("..") else relative


class Loaded:
    """The function in this interpreter, with its module and how long that took to import."""

    def __init__(self, order):
        self.order = order
        self.has_settled = False
        place, _, self.name = order["target"].rpartition(":")
        self.is_file = place.endswith(".py")
        self.place = place
        settle_paths(order, os.path.dirname(os.path.abspath(place)) if self.is_file else os.getcwd())
        sys.argv = [place]
        check_import(place if self.is_file else origin_of(place))
        since = monotonic_ns()
        self.module = self.import_file() if self.is_file else self.import_module()
        self.import_s = (monotonic_ns() - since) / 1e9
        self.function = self.find(self.name)
        if not callable(self.function):
            raise Refused("%s is nothing that can be called, but of type %s" % (self.name, type(self.function).__name__))
        self.is_coroutine = is_coroutine_function(self.function)

    def import_file(self):
        """The module in a file. Its name is the file's, so that other processes find it on the same path."""
        if not os.path.isfile(self.place):
            what = "is a directory" if os.path.isdir(self.place) else "does not exist"
            raise Refused("the file %s %s" % (self.place, what))
        name = os.path.basename(self.place)[:-3]
        try:
            if "." not in name:
                module = importlib.import_module(name)
                if is_same(getattr(module, "__file__", None), self.place):
                    return module
                # The standard library has a module of this name.
                name += "_"
            return load_file(name.replace(".", "_"), self.place)
        except BaseException as error:
            raise Refused("%s cannot be imported, because of %s" % (self.place, error_line(error)), error)

    def import_module(self):
        """The module with this name."""
        try:
            return importlib.import_module(self.place)
        except BaseException as error:
            raise Refused("%s cannot be imported, because of %s" % (self.place, error_line(error)), error)

    def find(self, name):
        """What a name stands for in the module; it may have several parts, as a method has."""
        found = self.module
        try:
            for part in name.split("."):
                found = getattr(found, part)
        except AttributeError as error:
            raise Refused("%s has no %s" % (self.place, name), error)
        return found


def origin_of(module):
    """The file of a module that is not imported yet; None if it is not known."""
    try:
        spec = importlib.util.find_spec(module)
    except BaseException:
        return None
    return None if spec is None else spec.origin


def check_import(source):
    """Refuses a module that starts interpreters when it is imported: each of them would import it and start more."""
    line = unguarded_line(source)
    if line is None:
        return
    with open(source, "rb") as file:
        text = file.read()
    # Until Python 3.14, processes are copies that import nothing, unless the module asks for others.
    if sys.version_info >= (3, 14) or b"spawn" in text or b"forkserver" in text:
        what = 'put that below if __name__ == "__main__", because each of them imports it again'
        raise Refused("%s starts processes in line %d when it is imported; %s" % (source, line, what))


def settle_paths(order, first):
    """Where Python looks for modules: the user's folders, then the place where Python itself looks first."""
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    wanted = [os.path.abspath(path) for path in order["paths"]] + [first]
    for path in reversed(wanted):
        if path not in sys.path[: len(wanted)]:
            sys.path.insert(0, path)


def is_same(path, other):
    """Whether both are the same file."""
    try:
        return path is not None and os.path.samefile(path, other)
    except OSError:
        return False


def load_file(name, path):
    """The module in a file that the import system does not find by its name."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def error_line(error):
    """An exception as one line."""
    lines = traceback.format_exception_only(type(error), error)
    return lines[-1].strip() if lines else type(error).__name__


def is_coroutine_function(function):
    """Whether a call makes something to await. An object may have its code in `__call__`."""
    if inspect.iscoroutinefunction(function):
        return True
    call = getattr(type(function), "__call__", None)
    return inspect.iscoroutinefunction(call)


LOADED = []
"""The function in this interpreter, once it was loaded. Processes that are forked inherit it."""


def load(order):
    """The function, imported once in each interpreter. What it prints is written line by line, as to a terminal."""
    if not LOADED:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(line_buffering=True)
        LOADED.append(Loaded(order))
    return LOADED[0]


def arguments(loaded):
    """The arguments of each call, as a list of tuples."""
    order = loaded.order
    inputs = inputs_of(loaded)
    if inputs is None:
        return [()] * order["calls"]
    if not order["star"]:
        return [(one,) for one in inputs]
    for number, one in enumerate(inputs):
        if not isinstance(one, (list, tuple)):
            raise Refused("--star spreads lists, and input %d is of type %s" % (number, type(one).__name__))
    return [tuple(one) for one in inputs]


def inputs_of(loaded):
    """The inputs; None if the function is called without."""
    inputs = loaded.order["inputs"]
    if inputs == "none":
        return None
    ((kind, what),) = inputs.items()
    if kind == "range":
        return counted(range(what["from"], what["to"]), "the range")
    if kind == "named":
        return counted(named_inputs(loaded, what), what)
    try:
        with open(what, encoding="utf-8-sig") as file:
            return counted(read_lines(file) if kind == "lines" else read_values(what, file), what)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise Refused("the file of inputs %s cannot be read: %s" % (what, reason))


def counted(inputs, name):
    """The inputs as a list, unless there are none or too many."""
    inputs = list(itertools.islice(inputs, INPUTS_MAX + 1))
    if not inputs:
        raise Refused("%s has no inputs, and there is one call for each" % name)
    if len(inputs) > INPUTS_MAX:
        raise Refused("%s has more than %d inputs, and a run has no more calls than that" % (name, INPUTS_MAX))
    return inputs


def read_lines(file):
    """Each line that is not empty, as text."""
    lines = (line.rstrip("\r\n") for line in file)
    return [line for line in lines if line]


def read_values(name, file):
    """The values of a file of JSON: those of its list, or one on each line."""
    try:
        if name.endswith(".jsonl"):
            return [json.loads(line) for line in file if line.strip()]
        values = json.load(file)
    except ValueError as error:
        raise Refused("the file of inputs %s is not JSON, because of this: %s" % (name, error))
    if not isinstance(values, list):
        raise Refused("the file of inputs %s has to contain a list, and not a value of type %s" % (name, type(values).__name__))
    return values


def named_inputs(loaded, name):
    """What a name in the module stands for: something to iterate over, or a function that returns it."""
    found = loaded.find(name)
    try:
        if callable(found):
            found = found()
        return iter(found)
    except BaseException as error:
        raise Refused("%s is nothing to iterate over, and no function that returns it" % name, error)


# Digests, by which two values are compared.


class TooLarge(Exception):
    """A value is too large to be digested."""


class Digester:
    """Digests values by what they contain, so that equal values have equal digests in all interpreters."""

    def __init__(self):
        self.nodes = 0
        self.open = set()

    def feed(self, value):
        """The digest of a value, as bytes."""
        self.nodes += 1
        if self.nodes > NODES_MAX:
            raise TooLarge
        kind = type(value)
        if value is None or kind in (bool, float, complex, str):
            return digested(kind.__name__, repr(value))
        if kind is int:
            return digested("int", hex(value))
        if kind in (bytes, bytearray):
            return digested(kind.__name__, bytes(value))
        if id(value) in self.open:
            return b"again"
        self.open.add(id(value))
        try:
            return self.feed_parts(value, kind)
        finally:
            self.open.discard(id(value))

    def feed_parts(self, value, kind):
        if kind in (list, tuple):
            return digested(kind.__name__, *map(self.feed, value))
        if kind in (set, frozenset):
            return digested(kind.__name__, *sorted(map(self.feed, value)))
        if kind is dict:
            return digested("dict", *sorted(self.feed(key) + self.feed(of) for key, of in value.items()))
        if isinstance(value, type) or hasattr(value, "__qualname__"):
            return digested("name", getattr(value, "__module__", None) or "", value.__qualname__)
        reduced = value.__reduce_ex__(4)
        if isinstance(reduced, str):
            return digested("name", reduced)
        parts = [list(part) if number > 2 and part is not None else part for number, part in enumerate(reduced)]
        return digested("object", *map(self.feed, parts))


def digested(*parts):
    """The digest of these parts, each as text or bytes."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.digest()


def digest_of(value):
    """The digest of a value as text; None if it cannot be digested."""
    try:
        return Digester().feed(value).hex()
    except Exception:
        return None


# Looking at the function before anything is measured.


def look(order):
    """What is known of the function before it is called.

    It is not called: only its module is imported, and its inputs are read.
    """
    loaded = Loaded(order)
    calls = arguments(loaded)
    check_signature(loaded, calls[0])
    source = source_of(loaded)
    return {
        "is_coroutine": loaded.is_coroutine,
        "calls": len(calls),
        "fingerprint": fingerprint(source, order["target"].rpartition(":")[2], calls),
        "import_s": loaded.import_s,
        "module": loaded.module.__name__,
        "source": None if source is None else shown_path(source),
        "line": line_of(loaded.function),
        "unpicklable": unpicklable(loaded, calls[0]),
        "unguarded_line": unguarded_line(source),
    }


def check_signature(loaded, first):
    """Refuses a function that does not take the arguments of its first call."""
    try:
        signature = inspect.signature(loaded.function)
    except (TypeError, ValueError):
        return  # A function in C may have none that Python knows.
    try:
        signature.bind(*first)
    except TypeError as error:
        count = "%d argument%s" % (len(first), "" if len(first) == 1 else "s")
        raise Refused("%s%s cannot be called with %s" % (loaded.name, signature, count), error)


def source_of(loaded):
    """The file that contains the function, or else its module; None if there is none."""
    for one in (inspect.unwrap(loaded.function) if callable(loaded.function) else None, loaded.module):
        try:
            path = inspect.getsourcefile(one)
        except (TypeError, ValueError):
            continue
        if path and os.path.isfile(path):
            return path
    return None


def line_of(function):
    """The line at which the function starts."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return getattr(code, "co_firstlineno", None)


def fingerprint(source, name, calls):
    """A digest of the source file and of what the calls get. Runs do the same work only if it is the same."""
    content = b""
    if source is not None:
        with open(source, "rb") as file:
            content = file.read()
    each = [digest_of(call) for call in calls]
    inputs = "".join(digest or repr(type(call)) for digest, call in zip(each, calls))
    return digested(content, name, inputs, str(len(calls))).hex()


def unpicklable(loaded, first):
    """What of the first call cannot be pickled: "function" or "input", and why; None if all can be."""
    for what, value in (("function", loaded.function), ("input", first)):
        try:
            pickle.loads(pickle.dumps(value))
        except BaseException as error:
            return [what, error_line(error)]
    return None


def unguarded_line(source):
    """The line at which the module starts processes when it is imported, without asking whether it is the main one."""
    import ast

    if source is None:
        return None
    try:
        with open(source, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return None
    makers = ("ProcessPoolExecutor", "Pool", "Process")
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or is_guard(statement):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", None)) in makers:
                return node.lineno
    return None


def is_guard(statement):
    """Whether this is `if __name__ == "__main__":`."""
    import ast

    names = (node.id for node in ast.walk(getattr(statement, "test", statement)) if isinstance(node, ast.Name))
    return isinstance(statement, ast.If) and "__name__" in names


def main():
    """Looks at the function that the first argument describes, and writes what was seen into the file of the second."""
    order, answer = json.loads(sys.argv[1]), sys.argv[2]
    try:
        said = {"seen": look(order)}
    except Refused as refused:
        said = {"refused": {"sentence": refused.sentence, "traceback": refused.traceback}}
    with open(answer, "w", encoding="utf-8", errors="replace") as file:
        json.dump(said, file)
    sys.stdout.flush()
    sys.stderr.flush()
    # The module may have started threads that never end.
    os._exit(0)


# Calling the function, in a worker.


FAILED = "failed"
"""Stands for the result of a call that raised an exception; the exception or its type follows."""

CANCELLED = (FAILED, "Cancelled")
"""What came of a call that was not made, because the run was stopped."""


def in_loop(function, given):
    """What a coroutine function returns, in an event loop of its own."""
    import asyncio

    return asyncio.run(function(*given))


@types.coroutine
def in_steps(coroutine, writer):
    """Awaits a coroutine, and records when it waits, because its event loop executes others meanwhile."""
    given, error = None, None
    while True:
        try:
            future = coroutine.send(given) if error is None else coroutine.throw(error)
        except StopIteration as end:
            return end.value
        writer.enter(phase_of_wait(coroutine, writer))
        try:
            given, error = (yield future), None
        except BaseException as thrown:
            given, error = None, thrown
        writer.enter(writer.computing)


WAITS = {"locks.py": "lock", "queues.py": "lock", "subprocess.py": "subprocess", "base_subprocess.py": "subprocess"}
"""What the coroutines in these files of asyncio wait for."""

KNOWN_WAITS = {}
"""The phase of each code that a coroutine has waited in; None if the code does not tell."""


def phase_of_wait(coroutine, writer):
    """What a suspended coroutine waits for, by the coroutine of asyncio that it waits in."""
    while hasattr(getattr(coroutine, "cr_await", None), "cr_await"):
        coroutine = coroutine.cr_await
    code = getattr(coroutine, "cr_code", None)
    if code not in KNOWN_WAITS:
        KNOWN_WAITS[code] = wait_in(code)
    phase = KNOWN_WAITS[code] or ("network" if has_connections() else "sleep")
    return writer.phases[phase]


def wait_in(code):
    """What this code waits for, if it is asyncio's own and waits for one kind of thing."""
    folder, file = os.path.split(code.co_filename if code else "")
    if os.path.basename(folder) != "asyncio":
        return None
    return "sleep" if code.co_name == "sleep" else WAITS.get(file)


def has_connections():
    """Whether the event loop waits for anything besides its own wake-up and the time."""
    import asyncio

    selector = getattr(asyncio.get_running_loop(), "_selector", None)
    return selector is None or len(selector.get_map() or ()) > 1


class Call:
    """Calls the function in a worker, and records each call as a task."""

    def __init__(self, worker):
        self.worker = worker
        self.pid = os.getpid()
        self.pickling = worker.arena.order["phases"].get("pickling")

    def one(self, function, given):
        """Calls a plain function, or a coroutine function in an event loop of its own. Returns what came of it."""
        try:
            outcome = ("ok", function(*given) if not LOADED[0].is_coroutine else in_loop(function, given))
        except BaseException as error:
            outcome = (FAILED, error)
        self.leave_if_forked()
        return outcome

    def leave_if_forked(self):
        """Ends a process that the function forked and that returned from the call: it is no worker."""
        if os.getpid() != self.pid:
            os._exit(0)

    def ended(self, task, outcome):
        """Records the end of a call. Returns what came of it: instead of an exception its type."""
        kind, what = outcome
        if kind == FAILED:
            self.worker.end(task, error_end(what))
            return (FAILED, type(what).__name__)
        self.worker.end(task)
        return outcome

    def whole(self, task, function, given):
        """One task from its start to its end."""
        worker = self.worker
        if worker.arena.is_stopping():
            return CANCELLED
        worker.begin(task)
        outcome = self.ended(task, self.one(function, given))
        worker.writer.rest()
        return outcome

    def enter(self, phase):
        """Changes to a phase, if this program has it."""
        if phase is not None:
            self.worker.writer.enter(phase)

    def chunk(self, tasks, blob):
        """The calls of a chunk: function and inputs arrive pickled, and the results leave pickled."""
        worker, outcomes, times = self.worker, [], [0, 0]
        opened = None
        for number, task in enumerate(tasks):
            if worker.arena.is_stopping():
                outcomes.append(CANCELLED)
                continue
            worker.begin(task)
            # A part of the chunk's first task.
            opened = opened or self.timed(times, 0, pickle.loads, blob)
            kind, what = opened
            if kind == "ok":
                function, each = what
                kind, what = self.one(function, each[number])
            if kind == "ok":
                kind, what = self.timed(times, 1, pickle.dumps, what)
            outcomes.append(self.ended(task, (kind, what)))
            worker.writer.rest()
        return outcomes, times

    def timed(self, times, direction, pickles, what):
        """Pickles or unpickles, and adds how long that took. Returns what came of it."""
        self.enter(self.pickling)
        since = monotonic_ns()
        try:
            return ("ok", pickles(what))
        except BaseException as error:
            return (FAILED, error)
        finally:
            times[direction] += monotonic_ns() - since
            if self.pickling is not None:
                self.enter(self.worker.writer.computing)


CALLS = {}
"""How this process calls the function, by worker."""


def calls_here():
    """How the worker of this thread or process calls the function."""
    import pconc_worker

    worker = pconc_worker.here()
    if worker.number not in CALLS or CALLS[worker.number].pid != os.getpid():
        CALLS[worker.number] = Call(worker)
    return CALLS[worker.number]


def call_here(task, function, given):
    """What a pool of threads executes. Without a function it only makes the pool create a worker."""
    return None if task < 0 else calls_here().whole(task, function, given)


def call_there(tasks, blob):
    """What a pool of processes or interpreters executes. Without tasks it only makes the pool create a worker."""
    return ([], [0, 0]) if not tasks else calls_here().chunk(tasks, blob)


def refuse_there(tasks, sentence):
    """Makes tasks fail whose inputs cannot be pickled."""
    worker = calls_here().worker
    for task in tasks:
        if worker.arena.is_stopping():
            break
        worker.begin(task)
        worker.end(task, sentence)
        worker.writer.rest()
    return [(FAILED, sentence.partition(":")[0])] * len(tasks), [0, 0]


# The run of each model, in the interpreter's first process.


class Runner:
    """Runs the calls as a Python user would, on top of what `pconc_worker.Manager` does for every run."""

    def __init__(self, manager):
        self.manager = manager
        self.order = manager.order
        self.loaded = load(manager.order["workload"]["function"])
        self.calls = arguments(self.loaded)
        tasks = self.order["tasks"]
        if len(self.calls) < tasks:
            raise RuntimeError("there are %d inputs now, and there were %d before" % (len(self.calls), tasks))
        # A part of the inputs is spread over all of them, because a list may be sorted.
        self.calls = [self.calls[i * len(self.calls) // tasks] for i in range(tasks)]
        self.outcomes = []
        self.times = [0, 0]
        self.bytes = [0, 0]
        self.keeps_globals = not self.order["has_own_process"] and self.order["model"] != "python-interpreters"
        self.before = self.globals() if self.keeps_globals else {}

    def globals(self):
        """A digest of each variable of the function's module, as far as it is data."""
        names = [name for name in vars(self.loaded.module) if not name.startswith("__")]
        values = ((name, vars(self.loaded.module)[name]) for name in names)
        kinds = (type, type(sys), type(load), type(len))
        return {name: digest_of(value) for name, value in values if not isinstance(value, kinds)}

    def run(self):
        """The whole run, from the creation of the pool to its end."""
        model = self.order["model"]
        if model == "python-serial":
            self.run_serial()
        elif model == "python-asyncio":
            self.run_loop()
        elif model == "python-threads":
            self.manager.run_pool(self.threads)
        else:
            self.manager.run_pool(self.processes)
        self.write_facts()

    def missing(self, items):
        """How many items a pool needs besides these, because it does not create a worker that would be idle."""
        return range(max(self.manager.workers - items, 0))

    # A pool of threads.

    def threads(self, pool):
        """Submits the calls, and the items that only make the pool create a worker."""
        function = self.loaded.function
        futures = [pool.submit(call_here, -1, None, None) for _ in self.missing(len(self.calls))]
        calls = [pool.submit(call_here, task, function, given) for task, given in enumerate(self.calls)]
        return futures + calls, lambda: self.outcomes.extend(call.result() for call in calls)

    # A pool of processes or interpreters.

    def processes(self, pool):
        """The same in chunks, pickled here as the pool would do it, so that the time is known."""
        size = self.order["workload"]["function"]["chunk_size"] if self.order["has_own_process"] else 1
        starts = range(0, len(self.calls), size)
        futures = [pool.submit(call_there, (), b"") for _ in self.missing(len(starts))]
        chunks = [self.submit_chunk(pool, start, self.calls[start : start + size]) for start in starts]
        return futures + chunks, lambda: [self.take(chunk.result()) for chunk in chunks]

    def submit_chunk(self, pool, start, given):
        tasks = tuple(range(start, start + len(given)))
        since = monotonic_ns()
        try:
            blob = pickle.dumps((self.loaded.function, given))
        except BaseException as error:
            return pool.submit(refuse_there, tasks, error_line(error))
        self.times[0] += monotonic_ns() - since
        self.bytes[0] += len(blob)
        return pool.submit(call_there, tasks, blob)

    def take(self, answer):
        """Unpickles the results of a chunk."""
        outcomes, times = answer
        self.times = [mine + its for mine, its in zip(self.times, times)]
        since = monotonic_ns()
        for kind, data in outcomes:
            if kind == "ok":
                self.bytes[1] += len(data)
                try:
                    data = pickle.loads(data)
                except BaseException as error:
                    kind, data = FAILED, type(error).__name__
            self.outcomes.append((kind, data))
        self.times[1] += monotonic_ns() - since

    # A loop, and an event loop.

    def worker(self, number, writer=None):
        """A worker in this thread, which has arrived."""
        import pconc_worker

        worker = pconc_worker.Worker(self.manager.arena, number, writer)
        worker.arrive()
        return worker

    def opened(self, workers):
        """Waits for the gate."""
        workers[0].wait_for_gate()
        self.manager.say("pool_at", monotonic_ns())

    def closed(self, workers):
        """Records the end of the last call."""
        self.manager.say("done_at", monotonic_ns())
        for worker in workers:
            worker.conclude()
        self.manager.conclude()

    def run_serial(self):
        """`[function(one) for one in inputs]`; a coroutine function is awaited in one event loop."""
        import pconc_worker

        # The main thread has used CPU time before, for imports.
        pconc_worker.LoopLaneWriter.clock["cpu"] = time.thread_time_ns()
        worker = self.worker(0, pconc_worker.LoopLaneWriter(self.manager.arena, 0))
        self.opened([worker])
        call = Call(worker)
        if self.loaded.is_coroutine:
            import asyncio

            asyncio.run(self.awaited(call, iter(enumerate(self.calls))))
        else:
            function = self.loaded.function
            for task, given in enumerate(self.calls):
                self.outcomes.append(call.whole(task, function, given))
        self.closed([worker])

    def run_loop(self):
        """As many tasks of one event loop as there are workers, each awaiting one call after the other."""
        import asyncio

        import pconc_worker

        pconc_worker.LoopLaneWriter.clock["cpu"] = time.thread_time_ns()
        numbers = range(self.manager.workers)
        arena = self.manager.arena
        workers = [self.worker(number, pconc_worker.LoopLaneWriter(arena, number)) for number in numbers]
        self.opened(workers)

        async def all_workers():
            rest = iter(enumerate(self.calls))
            await asyncio.gather(*(self.awaited(Call(worker), rest) for worker in workers))

        asyncio.run(all_workers())
        self.closed(workers)

    async def awaited(self, call, rest):
        """Takes inputs until there are none, and awaits the call of each."""
        function, worker = self.loaded.function, call.worker
        self.outcomes = self.outcomes or [CANCELLED] * len(self.calls)
        for task, given in rest:
            if worker.arena.is_stopping():
                return
            worker.begin(task)
            try:
                outcome = ("ok", await self.started(function(*given), worker.writer))
            except BaseException as error:
                outcome = (FAILED, error)
            call.leave_if_forked()
            self.outcomes[task] = call.ended(task, outcome)
            worker.writer.rest()

    def started(self, coroutine, writer):
        """A coroutine to await. Where it has the thread for itself, its waits are seen from outside."""
        shares_thread = self.manager.workers > 1 and hasattr(coroutine, "send")
        return in_steps(coroutine, writer) if shares_thread else coroutine

    # What was seen.

    def write_facts(self):
        """Writes what the run showed about the function. Nothing is measured any more."""
        try:
            facts = self.facts()
        except Exception as error:
            print("what the calls showed is not known: %s" % error_line(error), file=sys.stderr)
            return
        with open(self.order["workload"]["function"]["facts"], "w") as file:
            json.dump(facts, file)

    def facts(self):
        """What the run showed about the function."""
        raised = {}
        for kind, what in self.outcomes:
            if kind == FAILED:
                raised[what] = raised.get(what, 0) + 1
        is_pickled = self.bytes[0] > 0
        changed = None
        if self.keeps_globals:
            after = self.globals()
            changed = sorted(name for name in after if after[name] != self.before.get(name))
        return {
            "import_s": self.loaded.import_s,
            "results": self.digests(),
            "changed_globals": changed,
            "pickling_in_s": self.times[0] / 1e9 if is_pickled else None,
            "pickling_out_s": self.times[1] / 1e9 if is_pickled else None,
            "pickled_in_bytes": self.bytes[0] if is_pickled else None,
            "pickled_out_bytes": self.bytes[1] if is_pickled else None,
            "raised": raised,
        }

    def digests(self):
        """A digest of each result, as far as there is time."""
        if len(self.outcomes) > DIGESTS_LISTED:
            return []
        until = time.monotonic() + DIGEST_SECONDS
        is_early = lambda: time.monotonic() < until
        return [digest_of(what) if kind == "ok" and is_early() else None for kind, what in self.outcomes]


if __name__ == "__main__":
    main()

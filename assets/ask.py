# Describes an interpreter: writes JSON into the file that the first argument names, because its output may have anything
# else in it. Also runs under Python 2.7, so that an outdated interpreter can say so itself.
import sys

# The user's directory may contain files named json or time, which must not be imported.
sys.path[:] = [directory for directory in sys.path if directory]

import json
import time


def steps_per_s():
    """How fast the article's loop runs here, measured for about 20 ms."""
    import math

    # CPU time, so that other programs that compute meanwhile hardly matter.
    steps, spent, foo = 0, 0.0, 0
    start = time.process_time()
    while spent < 0.02:
        for i in range(steps, steps + 5000):
            foo += foo * math.cos(i * math.pi)
        steps += 5000
        spent = time.process_time() - start
    return steps / spent


def can_import(name):
    """Whether a module exists and can be imported."""
    try:
        __import__(name)
        return True
    except Exception:
        return False


def about():
    """What the interpreter reports about itself, in the form of a record."""
    said = {
        "version": "%d.%d.%d" % sys.version_info[:3],
        "implementation": getattr(getattr(sys, "implementation", None), "name", "cpython"),
        "path": sys.executable or "",
        "gil": "on",
        "start_methods": [],
        "missing": [],
        "steps_per_s": 0,
    }
    if sys.version_info < (3, 8):
        return said
    import concurrent.futures
    import multiprocessing
    import sysconfig

    default = multiprocessing.get_start_method()
    methods = [default] + [method for method in multiprocessing.get_all_start_methods() if method != default]
    is_gil_enabled = getattr(sys, "_is_gil_enabled", None)
    said.update(
        free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        gil="on" if is_gil_enabled is None or is_gil_enabled() else "off",
        start_methods=[method for method in methods if method in ("fork", "forkserver", "spawn")],
        subinterpreters=hasattr(concurrent.futures, "InterpreterPoolExecutor"),
        missing=[name for name in ("ctypes", "mmap", "select", "resource", "ssl") if not can_import(name)],
        steps_per_s=steps_per_s(),
    )
    return said


with open(sys.argv[1], "w") as answer:
    json.dump(about(), answer)

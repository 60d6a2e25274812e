"""Truth: each call leaves a child behind that would sleep for ten minutes. None outlives the run."""

import subprocess

INPUTS = range(4)


def leave(number):
    subprocess.Popen(["sleep", "600.25"])
    return number


def leave_daemon(number):
    """The same in a session of its own, as a daemon has."""
    subprocess.Popen(["sleep", "600.75"], start_new_session=True)
    return number

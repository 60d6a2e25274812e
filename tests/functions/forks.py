"""Truth: each call forks, and the child returns from the call like the parent. The child is no worker."""

import os

INPUTS = range(6)


def fork(number):
    child = os.fork()
    if child > 0:
        os.waitpid(child, 0)
    return number

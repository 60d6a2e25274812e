"""Truth: each call prints its number on a line of its own, and to the error output without an end of line."""

import sys

INPUTS = range(6)


def say(number):
    print("number %d" % number)
    sys.stderr.write("[%d]" % number)
    return number

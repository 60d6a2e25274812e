"""Truth: the function needs a library of a virtual environment, which only its own interpreter has."""

import pconc_test_library

INPUTS = range(4)


def use(number):
    return pconc_test_library.VALUE + number

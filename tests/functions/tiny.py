"""Truth: a call takes less than a microsecond. A plain loop; any pool costs more than it saves."""

INPUTS = range(20)


def double(number):
    return 2 * number

"""The list of cases, in the order of their definition."""
import collections

Case = collections.namedtuple("Case", "name function slow alone timed")
ALL_CASES = []


def case(name, slow=False, alone=False, timed=False):
    """Registers a case.

    `slow` ones start first; `alone` ones run with nothing beside them; `timed` ones judge how
    quick the server is and nothing else: `--untimed` leaves them out.
    """
    def add(function):
        ALL_CASES.append(Case(name, function, slow, alone, timed))
        return function
    return add

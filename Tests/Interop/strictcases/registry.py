"""The list of cases, in the order of their definition."""
import collections

Case = collections.namedtuple("Case", "name function slow alone")
ALL_CASES = []


def case(name, slow=False, alone=False):
    """Registers a case. `slow` ones start first; `alone` ones run with nothing beside them."""
    def add(function):
        ALL_CASES.append(Case(name, function, slow, alone))
        return function
    return add

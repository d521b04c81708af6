"""Which numbers of a row must be hidden when each counts some of a known number of people, and their sum is known.

`surveys.suppression` knows counts of people who were all asked; here each column has its own people, so a count is
bounded by how many they are. Hidden counts are told apart from shown ones by nothing but being hidden; the tests hold
this against somebody who knows this rule and tries every row that would look the same.
"""

from collections.abc import Sequence

SPREAD = 2  # what each hidden count may at least vary by, for all that the row tells


def hidden(counts: Sequence[int], people: Sequence[int], floor: int) -> set[int]:
    """Return the places that must be hidden; `people` bounds each count, the counts add up to a known sum.

    Under the floor a count is hidden, and so is one that leaves fewer than the floor out: where everybody of a group
    raised a concern, each is known to have. Then others join, those of most people first whatever their counts, until
    none of the hidden ones can be worked out. A count of nobody is nought for everyone to see and covers nothing.
    """
    places = [place for place, number in enumerate(people) if number]
    small = {place: _small(people[place], floor) for place in places}
    chosen = [place for place in places if small[place] >> counts[place] & 1]
    if not chosen:
        return set()
    possible = [small[place] for place in chosen]
    rest = sorted((place for place in places if place not in chosen), key=lambda place: (-people[place], place))
    while rest and not _open(possible, sum(counts[place] for place in chosen), [people[place] for place in chosen]):
        joining = rest.pop(0)
        chosen.append(joining)
        possible.append(_all(people[joining]) & ~small[joining])
    return set(chosen)


def _all(number: int) -> int:
    """The counts from nought to `number`, as bits."""
    return (1 << number + 1) - 1


def _small(number: int, floor: int) -> int:
    """The counts of `number` people that are hidden, as bits: few who did, or few who did not."""
    if number < 2 * floor:
        return _all(number)
    few = _all(floor - 1)
    return few | few << number - floor + 1


def _open(possible: Sequence[int], total: int, people: Sequence[int]) -> bool:
    """Say whether each hidden count may still be several numbers, given their sum and what each may be."""
    if len(possible) < 2:
        return False
    before, after = [1], [1]
    for bits in possible[:-1]:
        before.append(_added(before[-1], bits, total))
    for bits in reversed(possible[1:]):
        after.append(_added(after[-1], bits, total))
    for place, bits in enumerate(possible):
        others = _added(before[place], after[len(possible) - 1 - place], total)
        numbers = range(min(people[place], total) + 1)
        fitting = [number for number in numbers if bits >> number & 1 and others >> total - number & 1]
        if fitting[-1] - fitting[0] < min(SPREAD, people[place]):
            return False
    return True


def _added(sums: int, bits: int, most: int) -> int:
    """The sums, up to `most`, of one of each: both as bits."""
    found, number = 0, 0
    if bits.bit_count() > sums.bit_count():
        sums, bits = bits, sums
    while bits:
        if bits & 1:
            found |= sums << number
        bits, number = bits >> 1, number + 1
    return found & _all(most)

"""What contexts have seen upstream: two numbers for each, in columns."""

from __future__ import annotations

from array import array

from fanjet.engine.columns import either, less
from fanjet.engine.rules import COMPLETE

_ZERO_IS_COMPLETE = bytes([COMPLETE, *[0] * 255])
_MOST_IN_A_BYTE = 255


class GateColumn:
    """The gates of consecutive contexts: the kinds of ends seen, and how many upstream tasks are not complete."""

    __slots__ = ("bits", "left")

    def __init__(self, size: int, left: int, bits: int = 0) -> None:
        self.bits = bytearray([bits]) * size
        self.left: bytearray | array[int]
        self.left = bytearray([left]) * size if left <= _MOST_IN_A_BYTE else array("L", [left]) * size

    def extend(self, more: GateColumn) -> None:
        """More contexts at the end."""
        self.bits += more.bits
        if isinstance(self.left, bytearray) and isinstance(more.left, bytearray):
            self.left += more.left
        else:
            self.left = array("L", [*self.left, *more.left])

    def cut(self, size: int) -> None:
        """Only the first so many contexts are left."""
        del self.bits[size:]
        del self.left[size:]

    def see(self, position: int, kinds: int, *, complete: bool) -> bool:
        """An end at one context; whether what its rule sees has changed."""
        before = self.bits[position]
        self.bits[position] = before | kinds
        if complete:
            self.left[position] -= 1
            return not self.left[position] or before | kinds != before
        return before | kinds != before

    def see_each(self, first: int, kinds: bytes, ended: bytes) -> None:
        """Ends at many contexts, each complete with it: `kinds` by position, `ended` is 1 where there is one."""
        last = first + len(kinds)
        self.bits[first:last] = either(self.bits[first:last], kinds)
        if isinstance(self.left, bytearray):
            self.left[first:last] = less(self.left[first:last], ended)
        else:
            for position, one in enumerate(ended, first):
                self.left[position] -= one

    def signatures(self, first: int, last: int) -> bytes:
        """What the rules of the contexts in ``first:last`` see."""
        left = self.left[first:last]
        if isinstance(left, bytearray):
            return either(self.bits[first:last], left.translate(_ZERO_IS_COMPLETE))
        complete = bytes(0 if remaining else COMPLETE for remaining in left)
        return either(self.bits[first:last], complete)

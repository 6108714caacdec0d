"""One difference between what two programs say of a capture."""

import collections

FRAMES_SHOWN = 12


class Difference(collections.namedtuple("Difference", "file protocol only kind code frames")):
    """Something in one capture that only one of the two saw, or that they tell differently (`both`)."""

    def __str__(self):
        shown = ", ".join(map(str, self.frames[:FRAMES_SHOWN])) + (" ..." if len(self.frames) > FRAMES_SHOWN else "")
        if self.only == "both":
            return f"{self.file}: {self.protocol} {self.kind}: {self.code}"
        return (f"{self.file}: {self.protocol} {self.kind} {self.code}: only {self.only}, "
                f"{len(self.frames)} (frames {shown})")

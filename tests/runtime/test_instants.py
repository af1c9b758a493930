"""The time that never goes back."""

from fanjet.model.instants import SteadyTime


class Clocks:
    wall, steady = 1_000_000.0, 50.0

    def pass_s(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def test_it_is_the_time_of_day() -> None:
    clocks = Clocks()
    now = SteadyTime(lambda: clocks.wall, lambda: clocks.steady)
    clocks.pass_s(5)
    assert now() == clocks.wall


def test_a_clock_that_is_set_back_changes_nothing() -> None:
    clocks = Clocks()
    now = SteadyTime(lambda: clocks.wall, lambda: clocks.steady)
    clocks.wall -= 3600
    clocks.pass_s(5)
    assert now() == 1_000_005
    clocks.wall += 3600  # and set right again
    clocks.pass_s(5)
    assert now() == 1_000_010 == clocks.wall


def test_a_clock_that_is_set_forward_is_followed() -> None:
    """So it is after a sleep of the machine, in which the steady clock stood still."""
    clocks = Clocks()
    now = SteadyTime(lambda: clocks.wall, lambda: clocks.steady)
    clocks.wall += 3600
    clocks.pass_s(5)
    assert now() == clocks.wall
    clocks.wall -= 3600
    clocks.pass_s(1)
    assert now() == 1_003_606, "now it never goes back from there"

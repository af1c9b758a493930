"""What triggers gave is kept until the tries have gone on with it."""

from __future__ import annotations

from fanjet.model.changes import RecordFirings
from fanjet.model.events import TryExtra
from fanjet.model.states import State
from fanjet.store.queries.reader import Reader
from store.samples import NOW, Owned, ends


def test_a_fired_wait_is_due_with_what_its_trigger_gave_and_others_stay(owned: Owned, reader: Reader) -> None:
    run = owned.run
    extras = {at: TryExtra(carry=b"w%d" % at) for at in range(3)}
    owned.write(ends(run, 1, [0, 1, 2], State.DEFERRED, extras=extras))
    owned.write(RecordFirings(run=run, task=1, parent=(), indexes=[2, 0], carries=[b"f2", b"f0"]))
    (columns,) = owned.journal.read_history(run).instances
    assert columns.carries == {0: b"f0", 1: b"w1", 2: b"f2"}
    assert columns.resume_at == {0: 0.0, 2: 0.0}
    owned.write(ends(run, 1, [0], at=NOW + 5))
    owned.write(RecordFirings(run=run, task=1, parent=(), indexes=[0], carries=[b"late"]))
    assert [row.state for row in reader.instances(run, 1)] == [State.SUCCESS, State.DEFERRED, State.DEFERRED]
    (columns,) = owned.journal.read_history(run).instances
    assert columns.carries == {1: b"w1", 2: b"f2"}

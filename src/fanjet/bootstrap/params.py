"""The parameters of a run: the defaults of the DAG with the values that were given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from fanjet.authoring.lazy_value import NOT_GIVEN
from fanjet.authoring.params import Param, ParamsDict
from fanjet.bootstrap.manual_intervals import as_dates, find_interval, find_unsaid
from fanjet.errors import DagError, OperationError
from fanjet.model.instants import check_date
from fanjet.model.json_texts import check_json
from fanjet.model.requests import StartRun
from fanjet.model.runs import NewRun
from fanjet.model.spec import DagSpec


def merge_params(spec: DagSpec, given: Mapping[str, Any]) -> str:
    """JSON text of all parameters of a run.

    Raises:
        OperationError: A parameter is not one of the DAG's, a value does not fit its schema or cannot be kept, or one
            is missing.
    """
    check_json(given, "params")
    known = {param.name: param for param in spec.params}
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            names = ", ".join(map(repr, known)) or "none"
            raise OperationError(f"DAG {spec.dag_id!r} has no parameter {name!r}.{hint} Its parameters: {names}.")
    params = ParamsDict(
        {
            param.name: Param(
                NOT_GIVEN if param.default is None else json.loads(param.default), param.description, **param.schema
            )
            for param in spec.params
        }
    )
    try:
        return json.dumps(params.merge(given))
    except DagError as error:
        raise OperationError(f"DAG {spec.dag_id!r}: {error}") from error


def make_started_run(spec: DagSpec, request: StartRun) -> NewRun:
    """What is fixed about a run that a task starts; what its conf says of parameters counts.

    Raises:
        OperationError: The parameters do not fit the DAG.
    """
    created_at = datetime.now(UTC)
    date = None if request.logical_date is None else check_date(datetime.fromtimestamp(request.logical_date, UTC))
    start, end = as_dates(None if date is None else find_interval(spec, date))
    known = {param.name for param in spec.params}
    conf = json.loads(request.conf)
    check_json(conf, "conf")
    return NewRun(
        run_id=request.run_id,
        logical_date=date,
        data_interval_start=start,
        data_interval_end=end,
        created_at=created_at,
        started_at=created_at,
        conf=request.conf,
        params=merge_params(spec, {name: value for name, value in conf.items() if name in known}),
        unsaid=None if date is None else find_unsaid(spec, names=False),
    )

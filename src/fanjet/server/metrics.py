"""`GET /metrics`: the numbers of all processes of the service, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from socket import gethostname
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.responses import Response

from fanjet.model.metrics import QUEUE_DEPTH, TRIES_RUNNING, Sample
from fanjet.model.states import RunStatus, State
from fanjet.server.places import Places
from fanjet.store.journal.leases import is_dead
from fanjet.store.service.metrics import ProcessMetrics
from fanjet.store.service.queries import ServiceReader

if TYPE_CHECKING:
    from prometheus_client.core import Metric

#: What a process has counted is shown for so long after it has last written, so that a scrape sees the last of it.
_RECENT_S = 60.0
#: What there was of something counts no longer than this: whoever writes nothing may be gone, and others have it.
_CURRENT_S = 12.0


def add_metrics(app: FastAPI, places: Places) -> None:
    """Add the path."""

    @app.get("/metrics", tags=["service"])
    def metrics() -> Response:
        """Numbers in Prometheus's text format. Those of a process are at most some seconds old."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415 - slow

        registry = CollectorRegistry(auto_describe=False)
        with places.reading() as reader:
            registry.register(_Collected(list(collect(reader))))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Collected:
    """What has been read, as Prometheus's library wants to collect it."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """All of it."""
        return self._metrics


def collect(reader: ServiceReader) -> Iterator[Metric]:
    """Everything that is known of the service."""
    processes = list(find_samples(reader.list_metrics(_RECENT_S)))
    yield from _make_families([*_measure_store(reader), *_measure_instances(reader, processes)])
    yield from _make_families(processes)


def find_samples(processes: Iterable[ProcessMetrics]) -> Iterator[tuple[Sample, dict[str, str]]]:
    """What processes have written, each with the labels that tell whose it is.

    Of those that are gone what they had counted is left, but not how much of something they had: sums over all
    processes are what there is now, also right after one of them was killed and another goes on with its runs.
    """
    for process in processes:
        is_there = process.age_s < _CURRENT_S and not (process.host == gethostname() and is_dead(process.pid))
        labels = {"role": process.role, "process": f"{process.host}/{process.pid}"}
        for sample in process.samples:
            if is_there or sample.kind != "gauge":
                yield sample, labels


def _measure_instances(
    reader: ServiceReader, processes: Iterable[tuple[Sample, dict[str, str]]]
) -> Iterator[tuple[Sample, dict[str, str]]]:
    """What is queued and what runs is known to the schedulers, all else is recorded."""
    counts = {state: float(count) for state, count in reader.count_recorded().items() if state is not State.REMOVED}
    counts |= {State.SCHEDULED: 0.0, State.RUNNING: 0.0}
    for sample, _ in processes:
        if sample.name == QUEUE_DEPTH:
            counts[State.SCHEDULED] += sample.value
        elif sample.name == TRIES_RUNNING:
            counts[State.RUNNING] += sample.value
    what = "Instances of the runs that are under way, by state."
    for state, count in sorted(counts.items()):
        yield _gauge("fanjet_instances", what, count, state=state.label)


def _measure_store(reader: ServiceReader) -> Iterator[tuple[Sample, dict[str, str]]]:
    """What the database says of the whole service, whichever process did it."""
    alive = sum(scheduler.left_s > 0 for scheduler in reader.list_schedulers())
    yield _gauge("fanjet_schedulers_alive", "Schedulers that are at work.", alive)
    counts = reader.count_open_runs()
    for status in (RunStatus.QUEUED, RunStatus.RUNNING):
        yield _gauge("fanjet_runs", "Runs that have not ended.", counts.get(status, 0), state=status.label)
    dags, paused, errors = reader.count_dags()
    yield _gauge("fanjet_dags", "DAGs of the folder.", dags)
    yield _gauge("fanjet_dags_paused", "DAGs of the folder that are paused.", paused)
    yield _gauge("fanjet_import_errors", "Files of the DAG folder that cannot be loaded.", errors)


def _gauge(name: str, help: str, value: float, **labels: str) -> tuple[Sample, dict[str, str]]:  # noqa: A002 - its name
    return Sample(name=name, kind="gauge", help=help, value=value), labels


def _make_families(samples: Iterable[tuple[Sample, dict[str, str]]]) -> Iterator[Metric]:
    """One family per name, with a sample for each process and set of labels."""
    from prometheus_client.core import (  # noqa: PLC0415 - as above
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
    )

    families: dict[str, Metric] = {}
    for sample, more in samples:
        labels = {**sample.labels, **more}
        if sample.name not in families:
            kind = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}
            families[sample.name] = kind[sample.kind](sample.name, sample.help, labels=list(labels))
        family = families[sample.name]
        if isinstance(family, HistogramMetricFamily):
            family.add_metric(list(labels.values()), _add_up(sample), sample.value)
        elif isinstance(family, CounterMetricFamily | GaugeMetricFamily):
            family.add_metric(list(labels.values()), sample.value)
    yield from families.values()


def _add_up(sample: Sample) -> list[tuple[str, float]]:
    """Prometheus's buckets hold what lies at or below their bound, all smaller ones included."""
    total, buckets = 0, list[tuple[str, float]]()
    for bound, count in zip((*sample.bounds, float("inf")), sample.counts, strict=True):
        total += count
        buckets.append(("+Inf" if bound == float("inf") else f"{bound:g}", float(total)))
    return buckets

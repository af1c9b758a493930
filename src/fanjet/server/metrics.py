"""`GET /metrics`: the numbers of all processes of the service, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.responses import Response

from fanjet.model.metrics import Sample
from fanjet.model.states import RunStatus
from fanjet.server.health import PATIENCE_S
from fanjet.server.places import Places
from fanjet.store.service_metrics import ProcessMetrics
from fanjet.store.service_queries import ServiceReader

if TYPE_CHECKING:
    from prometheus_client.core import Metric

#: Processes that have written nothing for longer are gone.
_RECENT_S = 30.0


def add_metrics(app: FastAPI, places: Places) -> None:
    """Add the path."""

    @app.get("/metrics", tags=["service"])
    def metrics() -> Response:
        """Numbers in Prometheus's text format. Those of a process are at most some seconds old."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415 - slow

        registry = CollectorRegistry(auto_describe=False)
        with places.reading() as reader:
            registry.register(_Collected(list(collect(reader, time.time()))))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Collected:
    """What has been read, as Prometheus's library wants to collect it."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """All of it."""
        return self._metrics


def collect(reader: ServiceReader, at: float) -> Iterator[Metric]:
    """Everything that is known of the service."""
    yield from _make_families(_measure_store(reader, at))
    yield from _make_families(
        (sample, _label(process)) for process in reader.list_metrics(at - _RECENT_S) for sample in process.samples
    )


def _label(process: ProcessMetrics) -> dict[str, str]:
    return {"role": process.role, "process": f"{process.host}/{process.pid}"}


def _measure_store(reader: ServiceReader, at: float) -> Iterator[tuple[Sample, dict[str, str]]]:
    """What the database says of the whole service, whichever process did it."""
    alive = sum(scheduler.until > at for scheduler in reader.list_schedulers(at - PATIENCE_S))
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

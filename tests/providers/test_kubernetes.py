"""KubernetesPodOperator: it is made and mapped, its fields are rendered; the pod is looked at, not started."""

from __future__ import annotations

from pathlib import Path

from fanjet.testing import run_dag

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: here
clusters: [{name: here, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: me, user: {token: t}}]
contexts: [{name: here, context: {cluster: here, user: me, namespace: work}}]
"""

TEXT = """
from airflow import DAG
from airflow.decorators import task
from airflow.providers.cncf.kubernetes.operators.job import KubernetesJobOperator
from airflow.providers.cncf.kubernetes.operators.kubernetes_pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from kubernetes.client import models as k8s

class ShownPod(KubernetesPodOperator):
    def execute(self, context):
        pod = self.build_pod_request_obj(context)
        container = pod.spec.containers[0]
        env = {entry.name: entry.value for entry in container.env if entry.value}
        limits = container.resources.limits if container.resources else None
        return [container.args, env, limits, pod.metadata.labels, self.rendered()]
    def rendered(self):
        return self.config_file is not None

with DAG("d", default_args={"config_file": CONFIG, "in_cluster": False, "do_xcom_push": True}):
    one = ShownPod(
        task_id="one", name="one", image="python:3.12", arguments=["{{ task.task_id }}"],
        env_vars={"RUN": "{{ run_id }}"}, params={"memory": "1Gi"}, labels={"dag": "{{ dag.dag_id }}"},
        container_resources=k8s.V1ResourceRequirements(limits={"cpu": "1", "memory": "{{ params.memory }}"}),
        volumes=[k8s.V1Volume(name="scratch", empty_dir={})], secrets=[Secret("env", "TOKEN", "tokens", "t")],
    )
    many = ShownPod.partial(task_id="many", name="many", image="python:3.12").expand(
        arguments=[["a"], ["{{ ti.map_index }}"]]
    )

    @task
    def experiments():
        return [{"id": "a1"}, {"id": "a2"}]

    def make_pod(exp):
        return ShownPod(task_id=f"train_{exp['id']}", name="n", image="i", arguments=["--id", exp["id"]],
                        config_file=CONFIG, in_cluster=False, do_xcom_push=True)

    experiments().map(lambda exp: make_pod(exp))

    @task.kubernetes(image="python:3.12", namespace="work")
    def remote(x):
        raise RuntimeError("it runs here")

    remote.expand(x=[1])
"""


def test_pods_are_rendered_and_mapped(write, tmp_path: Path):
    config = tmp_path / "kubeconfig"
    config.write_text(KUBECONFIG)
    text = TEXT.replace("with DAG", f"CONFIG = {str(config)!r}\nwith DAG", 1)
    result = run_dag(write(text))
    ((args, env, limits, labels, _),) = result["one"].values
    assert args == ["one"]
    assert env["RUN"] == result.run_id
    assert limits == {"cpu": "1", "memory": "1Gi"}
    assert labels["dag"] == labels["dag_id"] == "d"
    assert [value[0] for value in result["many"].values] == [["a"], ["1"]]
    assert [value[3]["map_index"] for value in result["many"].values] == ["0", "1"]
    assert [value[0] for value in result["make_pod"].values] == [["--id", "a1"], ["--id", "a2"]]
    # The function goes into a pod, which cannot be had here.
    assert result["remote"].state == "failed"
    assert "127.0.0.1" in str(result["remote"].errors[0])

"""What DAG files are written with: decorators, task groups, edges, trigger rules, params."""

from __future__ import annotations

from fanjet.airflow.table.entries import ModuleNames, home

DECORATORS: ModuleNames = {
    "task": "fanjet.authoring.task_decorator:task",
    "TaskDecoratorCollection": "fanjet.authoring.task_decorator:TaskDecorators",
    "dag": "fanjet.authoring.dag_decorator:dag",
    "task_group": "fanjet.authoring.task_group_decorator:task_group",
    "setup": "fanjet.authoring.setup_teardown:setup",
    "teardown": "fanjet.authoring.setup_teardown:teardown",
    **home(
        "fanjet.airflow.decorators",
        "python_task",
        "branch_task",
        "short_circuit_task",
        "bash_task",
        "sensor_task",
        "virtualenv_task",
        "external_python_task",
        "branch_virtualenv_task",
        "branch_external_python_task",
    ),
}
EDGES: ModuleNames = {
    **home("fanjet.authoring.edges", "Label", "chain", "chain_linear", "cross_downstream"),
    "EdgeModifier": "fanjet.authoring.edges:Label",
}
_BASE = {
    "DecoratedOperator": "fanjet.authoring.decorated:DecoratedOperator",
    "TaskDecorator": "fanjet.authoring.task_decorator:TaskDecorator",
    **home("fanjet.airflow.decorators", "task_decorator_factory", "get_unique_task_id"),
}
_CONDITION = home("fanjet.operators.conditions", "run_if", "skip_if")
_TRIGGER_RULE = home("fanjet.model.rules", "TriggerRule")
_WEIGHT_RULE = home("fanjet.model.rules", "WeightRule")
_TASK_GROUP = home("fanjet.authoring.task_group", "TaskGroup")

MODULES: dict[str, ModuleNames] = {
    "airflow.decorators": DECORATORS,
    "airflow.decorators.base": _BASE,
    "airflow.sdk.bases.decorator": _BASE,
    "airflow.decorators.python": home("fanjet.airflow.decorators", "python_task"),
    "airflow.decorators.branch_python": home("fanjet.airflow.decorators", "branch_task"),
    "airflow.decorators.short_circuit": home("fanjet.airflow.decorators", "short_circuit_task"),
    "airflow.decorators.bash": home("fanjet.airflow.decorators", "bash_task"),
    "airflow.decorators.sensor": home("fanjet.airflow.decorators", "sensor_task"),
    "airflow.decorators.python_virtualenv": home("fanjet.airflow.decorators", "virtualenv_task"),
    "airflow.decorators.external_python": home("fanjet.airflow.decorators", "external_python_task"),
    "airflow.decorators.branch_virtualenv": home("fanjet.airflow.decorators", "branch_virtualenv_task"),
    "airflow.decorators.branch_external_python": home("fanjet.airflow.decorators", "branch_external_python_task"),
    "airflow.decorators.task_group": home("fanjet.authoring.task_group_decorator", "task_group"),
    "airflow.decorators.condition": _CONDITION,
    "airflow.sdk.definitions.decorators.condition": _CONDITION,
    "airflow.sdk.definitions.decorators": DECORATORS,
    "airflow.sdk.definitions.decorators.task_group": home("fanjet.authoring.task_group_decorator", "task_group"),
    "airflow.utils.edgemodifier": home("fanjet.authoring.edges", "Label") | {"EdgeModifier": EDGES["EdgeModifier"]},
    "airflow.sdk.definitions.edges": home("fanjet.authoring.edges", "Label") | {"EdgeModifier": EDGES["EdgeModifier"]},
    "airflow.utils.trigger_rule": _TRIGGER_RULE,
    "airflow.task.trigger_rule": _TRIGGER_RULE,
    "airflow.utils.weight_rule": _WEIGHT_RULE,
    "airflow.task.weight_rule": _WEIGHT_RULE,
    "airflow.utils.task_group": _TASK_GROUP,
    "airflow.sdk.definitions.taskgroup": _TASK_GROUP,
    "airflow.utils.template": home("fanjet.authoring.template_literal", "literal"),
    "airflow.sdk.definitions.template": home("fanjet.authoring.template_literal", "literal"),
    "airflow.sdk.definitions.dag": home("fanjet.authoring.dag", "DAG") | {"dag": DECORATORS["dag"]},
    "airflow.sdk.definitions.param": home("fanjet.authoring.params", "Param", "ParamsDict")
    | home("fanjet.authoring.dag_param", "DagParam"),
    "airflow.sdk.definitions.xcom_arg": home("fanjet.authoring.xcom_arg", "XComArg"),
    "airflow.sdk.definitions.mappedoperator": home("fanjet.authoring.mapped_operator", "MappedOperator"),
    "airflow.sdk.bases.operator": home("fanjet.authoring.operator", "BaseOperator") | EDGES,
}

"""Templates in mapped and partial arguments."""

from fanjet import BashOperator, dag, task, task_group


@task
def show(x, y=None):
    return [x, y]


@dag
def r04_01_literals_are_templates():
    """Mapped literals, nested ones too, and partial arguments; rendered once per instance.

    Outcome:
    mapped[0]          ["index 0", "same 0"]
    mapped[1]          [{"deep": ["index 1"]}, "same 1"]
    kwargs[0]          ["kw 0", null]
    say[0]             "0 of say"
    say[1]             "1 of say"
    """
    show.override(task_id="mapped").partial(y="same {{ ti.map_index }}").expand(
        x=["index {{ ti.map_index }}", {"deep": ["index {{ ti.map_index }}"]}]
    )
    show.override(task_id="kwargs").expand_kwargs([{"x": "kw {{ ti.map_index }}"}])
    BashOperator.partial(task_id="say", env={"WHO": "{{ task.task_id }}"}, append_env=True).expand(
        bash_command=["echo {{ ti.map_index }} of $WHO", "echo {{ ti.map_index }} of $WHO"]
    )


@dag
def r04_02_upstream_and_group_arguments_are_data():
    """What comes from upstream is never rendered, nor are the arguments of mapped groups.

    Outcome:
    find               ["{{ ds }}"]
    found[0]           ["{{ ds }}", ["{{ ds }}"]]
    group.inside[0]    ["{{ ds }}", "2026-01-31"]
    zipped[0]          [["{{ ds }}", "{{ ds }}"], null]
    """

    @task
    def find():
        return ["{{ ds }}"]

    @task
    def inside(x, y):
        return [x, y]

    @task_group
    def group(x):
        inside(x, "{{ ds }}")

    found = find()
    show.override(task_id="found").partial(y=found).expand(x=found)
    group.expand(x=["{{ ds }}"])
    show.override(task_id="zipped").expand(x=found.zip(found))


@dag
def r04_03_expand_kwargs_from_upstream_is_data():
    """Also through expand_kwargs(), and in the fields of operators.

    Outcome:
    find               [{"x": "{{ ds }}"}]
    find_env           [{"env": {"WHAT": "{{ ds }}"}}]
    show[0]            ["{{ ds }}", null]
    say[0]             "{{ ds }} on 2026-01-31"
    """

    @task
    def find():
        return [{"x": "{{ ds }}"}]

    @task
    def find_env():
        return [{"env": {"WHAT": "{{ ds }}"}}]

    show.expand_kwargs(find())
    BashOperator.partial(task_id="say", append_env=True, bash_command='echo "$WHAT" on {{ ds }}').expand_kwargs(
        find_env()
    )


@dag
def r04_04_undefined_names_are_errors():
    """An undefined variable fails the instance that uses it.

    Outcome:
    run: failed
    show[0]            ["fine", null]
    show[1]            failed
    """
    show.expand(x=["fine", "{{ nobody_said_this }}"])


@dag(render_template_as_native_obj=True)
def r04_04_native_rendering():
    """With native rendering a template gives the value of its expression, in mapped literals too.

    Outcome:
    show[0]            [0, [1, 2]]
    show[1]            [{"n": 2}, [1, 2]]
    """
    show.partial(y="{{ [1, 2] }}").expand(x=["{{ ti.map_index }}", "{{ {'n': ti.map_index + 1} }}"])


for make in (
    r04_01_literals_are_templates,
    r04_02_upstream_and_group_arguments_are_data,
    r04_03_expand_kwargs_from_upstream_is_data,
    r04_04_undefined_names_are_errors,
    r04_04_native_rendering,
):
    make()

"""Templates: variables, macros, filters, files and native values."""

from datetime import timedelta

from fanjet import BaseOperator, BashOperator, PythonOperator, dag, task


class Query(BaseOperator):
    """Gives back its fields as they were rendered."""

    template_fields = ("sql", "arguments")
    template_ext = (".sql",)

    def __init__(self, *, sql, arguments=None, **options):
        super().__init__(**options)
        self.sql = sql
        self.arguments = arguments

    def execute(self, context):
        return self.sql if self.arguments is None else [self.sql, self.arguments]


@dag(params={"table": "orders", "limit": 5})
def r21_standard_variables():
    """Every standard name, in templates, as arguments of functions and in get_current_context().

    Outcome:
    dates        ["2026-01-31", "20260131", "2026-01-31T10:00:00+00:00", "20260131T100000", "20260131T100000+0000"]
    more_dates   ["2026-01-31 10:00:00+00:00", "True", "2026", "31.01.2026"]
    names        ["r21_standard_variables", "names", "names", "names", "1", "-1", "False", "1"]
    runs         ["True", "manual", "running", "r21_standard_variables__runs__20260131"]
    params       ["orders", "5", "orders", "orders"]
    var          ["Oslo", "Oslo", "none", "10", "1"]
    conn         ["db.example", "5433", "ada", "sales", "postgres", "none", "require"]
    macros       ["2026-02-02", "2026-01-24", "31.01.26", "2026-02-01", "{\\"a\\": 1}"]
    filters      ["2026-01-31", "20260131", "2026-01-31T10:00:00+00:00", "20260131T100000", "UP"]
    source       "orders from pull"
    pulled       "orders from pull"
    asked        ["2026-01-31", "20260131", true, true, "orders", "Oslo", "db.example", "2026-02-01"]
    """

    def show(task_id, *texts):
        PythonOperator(task_id=task_id, python_callable=lambda *args: list(args), op_args=list(texts))

    show("dates", "{{ ds }}", "{{ ds_nodash }}", "{{ ts }}", "{{ ts_nodash }}", "{{ ts_nodash_with_tz }}")
    show(
        "more_dates",
        "{{ logical_date }}",
        "{{ data_interval_start <= data_interval_end }}",
        "{{ data_interval_start.year }}",
        "{{ logical_date.strftime('%d.%m.%Y') }}",
    )
    show(
        "names",
        "{{ dag.dag_id }}",
        "{{ task.task_id }}",
        "{{ ti.task_id }}",
        "{{ task_instance.task_id }}",
        "{{ ti.try_number }}",
        "{{ ti.map_index }}",
        "{{ test_mode }}",
        "{{ try_number }}",
    )
    show(
        "runs",
        "{{ run_id == dag_run.run_id and run_id == ti.run_id }}",
        "{{ dag_run.run_type }}",
        "{{ dag_run.state }}",
        "{{ task_instance_key_str }}",
    )
    show("params", "{{ params.table }}", "{{ params['limit'] }}", "{{ dag.params.table }}", "{{ ti.params.table }}")
    show(
        "var",
        "{{ var.value.city }}",
        "{{ var.value['city'] }}",
        "{{ var.value.get('nothing', 'none') }}",
        "{{ var.json.sizes.large }}",
        "{{ var.json.get('sizes')['small'] }}",
    )
    show(
        "conn",
        "{{ conn.shop.host }}",
        "{{ conn.shop.port }}",
        "{{ conn.shop.login }}",
        "{{ conn.shop.schema }}",
        "{{ conn.shop.conn_type }}",
        "{{ conn.get('nothing', 'none') }}",
        "{{ conn.shop.extra_dejson.sslmode }}",
    )
    show(
        "macros",
        "{{ macros.ds_add(ds, 2) }}",
        "{{ macros.ds_add(ds, -7) }}",
        "{{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%y') }}",
        "{{ (logical_date + macros.timedelta(days=1)) | ds }}",
        "{{ macros.json.dumps({'a': 1}) }}",
    )
    show(
        "filters",
        "{{ logical_date | ds }}",
        "{{ logical_date | ds_nodash }}",
        "{{ logical_date | ts }}",
        "{{ logical_date | ts_nodash }}",
        "{{ 'up' | upper }}",
    )

    @task
    def pull():
        return "orders from pull"

    pull_out = pull.override(task_id="source")()
    PythonOperator(
        task_id="pulled",
        python_callable=lambda text: text,
        op_args=["{{ ti.xcom_pull(task_ids='source') }}"],
    ).set_upstream(pull_out)

    @task
    def asked(ds, ds_nodash, data_interval_start, logical_date, run_id, ti, params, var, conn, macros):
        return [
            ds,
            ds_nodash,
            data_interval_start <= logical_date,
            run_id == ti.run_id,
            params["table"],
            var.value.city,
            conn.shop.host,
            macros.ds_add(ds, 1),
        ]

    asked()


@dag(
    user_defined_macros={"greeting": "hello", "double": lambda x: x * 2},
    user_defined_filters={"shout": lambda text: text.upper() + "!"},
)
def r21_user_macros_and_filters():
    """Names and filters of the DAG's own.

    Outcome:
    say          "HELLO!"
    mapped[0]    ["4"]
    mapped[1]    ["6"]
    """

    @task
    def mapped(x):
        return [x]

    BashOperator(task_id="say", bash_command="echo '{{ greeting | shout }}'")
    mapped.expand(x=["{{ double(2) }}", "{{ double(3) }}"])


@dag(params={"table": "orders", "limit": 5}, template_searchpath=["more_templates"])
def r21_template_files():
    """Files beside the DAG file and in `template_searchpath`, with includes; also as mapped arguments.

    Outcome:
    run: failed
    query        "-- query\\nSELECT * FROM orders WHERE day = '2026-01-31' AND part = -1;\\nLIMIT 5;"
    found        "hello 20260131 from a file"
    nested       ["x", {"a": ["hello 20260131 from a file", 1]}]
    mapped[0]    "-- mapped\\nSELECT * FROM orders WHERE day = '2026-01-31' AND part = 0;\\nLIMIT 5;"
    mapped[1]    "hello 20260131 from a file"
    script       "script of 2026-01-31 at -1"
    scripts[0]   "script of 2026-01-31 at 0"
    missing      failed
    not_a_file   "hello.txt"
    """
    Query(task_id="query", sql="queries/orders.sql")
    Query(task_id="found", sql="hello.sql")
    Query(task_id="nested", sql="x", arguments={"a": ["hello.sql", 1]})
    Query.partial(task_id="mapped").expand(sql=["queries/orders.sql", "hello.sql"])
    BashOperator(task_id="script", bash_command="script.sh")
    BashOperator.partial(task_id="scripts").expand(bash_command=["script.sh"])
    Query(task_id="missing", sql="nothing.sql")
    Query(task_id="not_a_file", sql="hello.txt")


@dag(render_template_as_native_obj=True)
def r21_native():
    """With native rendering one expression gives its value.

    Outcome:
    show         [[1, 2], {"a": 1}, "text 3", "2026-01-31"]
    """

    @task
    def show(*values):
        return list(values)

    show("{{ [1, 2] }}", "{{ {'a': 1} }}", "text {{ 3 }}", "{{ ds }}")


@dag(template_undefined=__import__("jinja2").Undefined)
def r21_undefined():
    """A DAG may say what undefined names give; templates of a task function's arguments are rendered at any depth.

    Outcome:
    show         ["<>", {"k": ["2026-01-31", ["r21_undefined"]]}]
    """

    @task
    def show(a, b):
        return [a, b]

    show("<{{ nobody_said_this }}>", {"k": ["{{ ds }}", ("{{ dag.dag_id }}",)]})


@dag(default_args={"execution_timeout": timedelta(seconds=20)})
def r21_wrong_templates():
    """A template that is wrong, or has an undefined name, fails its instance.

    Outcome:
    run: failed
    undefined    failed
    syntax       failed
    attribute    failed
    """
    BashOperator(task_id="undefined", bash_command="echo {{ nobody_said_this }}")
    BashOperator(task_id="syntax", bash_command="echo {{ ds")
    BashOperator(task_id="attribute", bash_command="echo {{ params.nothing }}")


for make in (
    r21_standard_variables,
    r21_user_macros_and_filters,
    r21_template_files,
    r21_native,
    r21_undefined,
    r21_wrong_templates,
):
    make()

"""Maps inside maps."""

from fanjet import FailException, SkipException, dag, get_current_context, task, task_group


@task
def show(x):
    return x


@task
def total(xs):
    return list(xs)


def act(what):
    if what == "fail":
        raise FailException("as asked")
    if what == "skip":
        raise SkipException("as asked")
    return what


@dag
def r14_01_every_kind_of_inner_source():
    """A group argument, a literal and an output made within the group are each mapped over (i, *) only.

    Outcome:
    numbers                [[1, 2], [3]]
    outside                "out"
    outer.make[0]          [10, 20]
    outer.make[1]          [30]
    outer.argument[0,0]    1
    outer.argument[0,1]    2
    outer.argument[1,0]    3
    outer.literal[0,0]     ["u", "out", [1, 2]]
    outer.literal[0,1]     ["v", "out", [1, 2]]
    outer.literal[1,0]     ["u", "out", [3]]
    outer.literal[1,1]     ["v", "out", [3]]
    outer.output[0,0]      10
    outer.output[0,1]      20
    outer.output[1,0]      30
    outer.total[0]         [10, 20]
    outer.total[1]         [30]
    outer.over[0,0]        10
    outer.over[0,1]        20
    outer.over[1,0]        30
    outer.product[0,0]     [1, 10]
    outer.product[0,1]     [1, 20]
    outer.product[0,2]     [2, 10]
    outer.product[0,3]     [2, 20]
    outer.product[1,0]     [3, 30]
    """

    @task
    def numbers():
        return [[1, 2], [3]]

    @task
    def outside():
        return "out"

    @task
    def make(xs):
        return [x * 10 for x in xs]

    @task
    def literal(x, constant, xs):
        return [x, constant, list(xs)]

    @task
    def product(a, b):
        return [a, b]

    out = outside()

    @task_group
    def outer(xs):
        made = make(xs)
        show.override(task_id="argument").expand(x=xs)
        literal.partial(constant=out, xs=xs).expand(x=["u", "v"])
        output = show.override(task_id="output").expand(x=made)
        total(output)
        show.override(task_id="over").expand(x=output)
        product.expand(a=xs, b=made)

    outer.expand(xs=numbers())


@dag
def r14_02_read_from_outside():
    """One sequence per outer index,
    an empty one where there is no value; expanding gives one instance per outer index.

    Outcome:
    find                   [[1, 2], [], [null], [3]]
    outer.show[0,0]        1
    outer.show[0,1]        2
    outer.show[1]          skipped
    outer.show[2,0]        success
    outer.show[3,0]        3
    whole                  [[1, 2], [], [], [3]]
    after[0]               [1, 2]
    after[1]               []
    after[2]               []
    after[3]               [3]
    """

    @task
    def find():
        return [[1, 2], [], [None], [3]]

    @task
    def whole(xss):
        return [list(xs) for xs in xss]

    @task_group
    def outer(xs):
        return show.expand(x=xs)

    out = outer.expand(xs=find())
    whole.override(trigger_rule="all_done")(out)
    total.override(task_id="after", trigger_rule="all_done").expand(xs=out)


@dag
def r14_03_ragged():
    """Inner length 0 at i skips (i,) alone; rules downstream inside the group see just that index.

    Outcome:
    run: failed
    outer.act[0,0]         "ok"
    outer.act[0,1]         failed
    outer.act[1]           skipped
    outer.act[2,0]         "ok"
    outer.act[2,1]         "ok"
    outer.act[2,2]         skipped
    outer.act[3,0]         "ok"
    outer.default[0]       upstream_failed
    outer.default[1]       skipped
    outer.default[2]       skipped
    outer.default[3]       ["ok"]
    outer.none_failed[0]   upstream_failed
    outer.none_failed[1]   []
    outer.none_failed[2]   ["ok", "ok"]
    outer.none_failed[3]   ["ok"]
    outer.all_done[0]      ["ok"]
    outer.all_done[1]      []
    outer.all_done[2]      ["ok", "ok"]
    outer.all_done[3]      ["ok"]
    outer.one_failed[0]    ["ok"]
    outer.one_failed[1-3]  skipped
    outer.all_skipped[0]   skipped
    outer.all_skipped[1]   []
    outer.all_skipped[2]   skipped
    outer.all_skipped[3]   skipped
    """

    @task(task_id="act")
    def do(what):
        return act(what)

    @task_group
    def outer(whats):
        acts = do.expand(what=whats)
        for rule in ("default", "none_failed", "all_done", "one_failed", "all_skipped"):
            rule_of = "all_success" if rule == "default" else rule
            total.override(task_id=rule, trigger_rule=rule_of)(acts)

    outer.expand(whats=[["ok", "fail"], [], ["ok", "ok", "skip"], ["ok"]])


@dag
def r14_04_outside_rules():
    """Outside tasks that depend on the map count all its instances at all levels.

    Outcome:
    fails.act[0,0]         "ok"
    fails.act[1,0]         failed
    fails.act[1,1]         "ok"
    zero.act[0]            skipped
    zero.act[1,0]          "ok"
    default_fails          upstream_failed
    one_failed             "ran"
    all_done               "ran"
    default_zero           skipped
    none_skipped           skipped
    none_failed            "ran"
    end                    "ran"
    """

    @task(task_id="act")
    def do(what):
        return act(what)

    @task
    def ran():
        return "ran"

    @task_group
    def fails(whats):
        return do.expand(what=whats)

    failing = fails.expand(whats=[["ok"], ["fail", "ok"]])
    zero = fails.override(group_id="zero").expand(whats=[[], ["ok"]])
    after = [failing >> ran.override(task_id="default_fails")()]
    after += [failing >> ran.override(task_id=rule, trigger_rule=rule)() for rule in ("one_failed", "all_done")]
    after += [zero >> ran.override(task_id="default_zero")()]
    after += [zero >> ran.override(task_id=rule, trigger_rule=rule)() for rule in ("none_skipped", "none_failed")]
    after >> ran.override(task_id="end", trigger_rule="all_done")()


@dag
def r14_01_three_levels():
    """Three levels deep with a reduce at each, ragged, with labels, over what each level finds.

    Outcome:
    find                             ["north", "south"]
    region.shops[0]                  ["Oslo", "Bergen"]
    region.shops[1]                  ["Lima"]
    region.shop.items[0,0]           [1, 2]
    region.shop.items[0,1]           [3]
    region.shop.items[1,0]           [4, 5, 6]
    region.shop.price[0,0,0]         10   | label item 1
    region.shop.price[0,0,1]         20   | label item 2
    region.shop.price[0,1,0]         30   | label item 3
    region.shop.price[1,0,0]         40   | label item 4
    region.shop.price[1,0,1]         50   | label item 5
    region.shop.price[1,0,2]         60   | label item 6
    region.shop.where[0,0,0]         [[0, 0, 0], 0, 2]
    region.shop.where[0,0,1]         [[0, 0, 1], 1, 2]
    region.shop.where[0,1,0]         [[0, 1, 0], 0, 1]
    region.shop.where[1,0,0]         [[1, 0, 0], 0, 3]
    region.shop.where[1,0,1]         [[1, 0, 1], 1, 3]
    region.shop.where[1,0,2]         [[1, 0, 2], 2, 3]
    region.shop.shop_total[0,0]      30
    region.shop.shop_total[0,1]      30
    region.shop.shop_total[1,0]      150
    region.region_total[0]           60
    region.region_total[1]           150
    all_total                        210
    all_prices                       [[[10, 20], [30]], [[40, 50, 60]]]
    """
    stock = {"north": {"Oslo": [1, 2], "Bergen": [3]}, "south": {"Lima": [4, 5, 6]}}

    @task
    def find():
        return list(stock)

    @task
    def shops(region):
        return list(stock[region])

    @task
    def items(region, shop):
        return stock[region][shop]

    @task(map_index_template="item {{ item }}")
    def price(item):
        get_current_context()["item"] = item
        return item * 10

    @task
    def where(item, ti):
        return [list(ti.map_path), ti.map_index, ti.expanded_ti_count]

    @task
    def add(xs):
        return sum(xs)

    @task
    def all_prices(prices):
        return [[list(shop) for shop in region] for region in prices]

    seen = []

    @task_group(group_id="shop")
    def in_shop(region, name):
        found = items(region, name)
        prices = price.expand(item=found)
        seen.append(prices)
        where.expand(item=found)
        return add.override(task_id="shop_total")(prices)

    @task_group(group_id="region")
    def in_region(name):
        shop_totals = in_shop.partial(region=name).expand(name=shops(name))
        return add.override(task_id="region_total")(shop_totals)

    add.override(task_id="all_total")(in_region.expand(name=find()))
    all_prices(seen[0])


@dag
def r14_01_groups_in_groups():
    """A mapped group over another's argument and over literals; rules, branches and setups hold within the place.

    Outcome:
    run: failed
    outer.inner.act[0,0]       "ok"
    outer.inner.act[0,1]       failed
    outer.inner.act[1,0]       skipped
    outer.inner.after[0,0]     "ok"
    outer.inner.after[0,1]     upstream_failed
    outer.inner.after[1,0]     skipped
    outer.inner.always_[0,0]   "ran"
    outer.inner.always_[0,1]   "ran"
    outer.inner.always_[1,0]   "ran"
    outer.pairs.show[0,0]      "p"
    outer.pairs.show[0,1]      "q"
    outer.pairs.show[1,0]      "p"
    outer.pairs.show[1,1]      "q"
    outer.end[0]               [2, 2]
    outer.end[1]               [1, 2]
    """

    @task(task_id="act")
    def do(what):
        return act(what)

    @task
    def after(x):
        return x

    @task(trigger_rule="all_done")
    def always_():
        return "ran"

    @task(trigger_rule="all_done")
    def end(xs, ys):
        return [len(xs), len(ys)]

    @task_group
    def inner(what):
        done = do(what)
        after(done)
        last = always_()
        done >> last
        return last

    @task_group
    def pairs(x):
        return show(x)

    @task_group
    def outer(whats):
        end(inner.expand(what=whats), pairs.expand(x=["p", "q"]))

    outer.expand(whats=[["ok", "fail"], ["skip"]])


@dag
def r14_01_branches_and_setups_inside():
    """A branch and a setup in an inner group act at their own place.

    Outcome:
    run: failed
    outer.inner.pick[0,0]      "outer.inner.low"
    outer.inner.pick[0,1]      "outer.inner.high"
    outer.inner.pick[1,0]      "outer.inner.low"
    outer.inner.low[0,0]       1
    outer.inner.low[0,1]       skipped
    outer.inner.low[1,0]       2
    outer.inner.high[0,0]      skipped
    outer.inner.high[0,1]      70
    outer.inner.high[1,0]      skipped
    outer.inner.start[0,0]     failed
    outer.inner.start[0,1]     70
    outer.inner.start[1,0]     2
    outer.inner.work[0,0]      upstream_failed
    outer.inner.work[0,1]      70
    outer.inner.work[1,0]      2
    outer.inner.stop[0,0]      upstream_failed
    outer.inner.stop[0,1]      "stopped"
    outer.inner.stop[1,0]      "stopped"
    """

    @task.branch
    def pick(x):
        return "outer.inner.low" if x < 10 else "outer.inner.high"

    @task
    def start(x):
        return act("fail") if x == 1 else x

    @task
    def stop():
        return "stopped"

    @task_group
    def inner(x):
        pick(x) >> [show.override(task_id="low")(x), show.override(task_id="high")(x)]
        first = start(x).as_setup()
        first >> show.override(task_id="work")(x) >> stop().as_teardown(setups=first)

    @task_group
    def outer(xs):
        inner.expand(x=xs)

    outer.expand(xs=[[1, 70], [2]])


@dag
def r14_01_rows_and_sources_that_fail():
    """expand_kwargs inside; a source inside that fails or is skipped decides for its own index alone.

    Outcome:
    run: failed
    outer.rows[0]              [{"a": 1}, {"a": 2}]
    outer.rows[1]              failed
    outer.rows[2]              skipped
    outer.rows[3]              failed
    outer.use[0,0]             1
    outer.use[0,1]             2
    outer.use[1]               upstream_failed
    outer.use[2]               skipped
    outer.use[3]               upstream_failed
    outer.group.show[0,0]      1
    outer.group.show[0,1]      2
    outer.group.show[1]        upstream_failed
    outer.group.show[2]        skipped
    outer.group.show[3]        upstream_failed
    """

    @task
    def rows(what):
        return 7 if what == "int" else [{"a": 1}, {"a": 2}] if act(what) else None

    @task
    def use(a):
        return a

    @task_group
    def group(a):
        show(a)

    @task_group
    def outer(what):
        found = rows(what)
        use.expand_kwargs(found)
        group.expand_kwargs(found)

    outer.expand(what=["ok", "fail", "skip", "int"])


for make in (
    r14_01_every_kind_of_inner_source,
    r14_02_read_from_outside,
    r14_03_ragged,
    r14_04_outside_rules,
    r14_01_three_levels,
    r14_01_groups_in_groups,
    r14_01_branches_and_setups_inside,
    r14_01_rows_and_sources_that_fail,
):
    make()

"""Chooses, by chance, what a DAG consists of."""

from __future__ import annotations

from random import Random

from conformance.generating.parts import Draft, Node, Task

#: Rules that are judged when everything upstream has ended, or in an order that does not matter.
LATE_RULES = ("all_success", "all_failed", "all_done", "none_failed", "none_skipped")
#: Rules for tasks that read nothing: they may start before all has ended.
ALL_RULES = (
    *LATE_RULES,
    "none_failed_min_one_success",
    "all_done_min_one_success",
    "all_skipped",
    "one_success",
    "one_failed",
    "one_done",
    "always",
)
#: In a mapped group over a literal.
GROUP_RULES = tuple(rule for rule in ALL_RULES if rule != "always")
#: What goes wrong in a DAG: mostly either failures or skips, as both together often make a race.
_TROUBLES = (
    ("final", "error", "none", "flaky"),
    ("skip", "none", "flaky"),
    ("final", "skip", "error", "none", "flaky"),
)


def write_dag(dag_id: str, seed: str, trouble: float = 1) -> Draft:
    """A random DAG of four to seven parts.

    Args:
        dag_id: Its id.
        seed: The same seed gives the same DAG.
        trouble: How much goes wrong in it.
    """
    chance = Random(seed)
    draft = Draft(dag_id)
    writer = _Writer(chance, draft, trouble)
    writer.add_source()
    for _ in range(chance.randint(3, 6)):
        chance.choice(writer.parts)()
    return draft


class _Writer:
    """One method for each kind of part."""

    def __init__(self, chance: Random, draft: Draft, trouble: float) -> None:
        self._chance = chance
        self._trouble = trouble
        self._draft = draft
        self._ends = chance.choice(_TROUBLES)
        often = (self.add_map_of_results, self.add_group, self.add_join, self.add_reduce, self.add_map_of_literal)
        seldom = (self.add_source, self.add_expand_kwargs, self.add_plain_group)
        self.parts = (*often, *often, *seldom, self.add_branch, self.add_short_circuit, self.add_setup)

    def add_source(self) -> None:
        """A task that gives something to map over."""
        name = self._draft.name("s")
        items = self._items()
        how = self._how([-1], 0.15)
        self._task(Task(name))
        self._assign(name, f'make.override(task_id="{name}")({items!r}{how})')
        kind = "dict" if isinstance(items, dict) else "list"
        self._draft.nodes.append(Node(name, [name], kind, len(items), safe=not how))

    def add_map_of_literal(self) -> None:
        name, before = self._draft.name("m"), self._some_nodes(0.4)
        items = self._chance.choice([self._items(), list(range(self._chance.randint(0, 4)))])
        length = len(items)
        more = ""
        if self._chance.random() < 0.25:
            more, length = ', y=["p", "q"]', length * 2
        rule = self._rule(ALL_RULES) if before else "all_success"
        self._assign(name, self._mapped(name, f"x={items!r}{more}", length, rule))
        self._task(Task(name, rule, self._wait(before, name)))
        self._draft.nodes.append(Node(name, [name], "mapped"))

    def add_map_of_results(self) -> None:
        """Over sources and mapped tasks, through the algebra."""
        sources = self._readable("list", "mapped", "dict")
        if not sources:
            return self.add_source()
        name, first = self._draft.name("m"), self._chance.choice(sources)
        second = self._chance.choice(sources)
        text, used = self._expression(first, second)
        before = self._some_nodes(0.15)
        rule = self._rule(LATE_RULES)
        self._assign(name, self._mapped(name, text, 4, rule))
        ends = [end for node in used for end in node.ends]
        self._task(Task(name, rule, ends + self._wait(before, name), ends))
        self._draft.nodes.append(Node(name, [name], "mapped"))
        return None

    def _expression(self, first: Node, second: Node) -> tuple[str, list[Node]]:
        """What a map runs over, as arguments of expand()."""
        one, two = first.name, second.name
        both = [
            (f"x={one}.zip({two})", [first, second]),
            (f"x={one}.zip({two}, fillvalue=0)", [first, second]),
            (f"x={one}.concat({two})", [first, second]),
            (f"x={one}, y={two}", [first, second]),
            (f"y={one}.concat({two}).map(double), x=[1, 2]", [first, second]),
        ]
        alone = [
            (f"x={one}", [first]),
            (f"x={one}.map(double)", [first]),
            (f"x={one}.map(no_twos)", [first]),
            (f'x={one}, y=["p", "q"]', [first]),
        ]
        if "dict" in {first.gives, second.gives}:
            return self._chance.choice([alone[0], alone[-1]])
        return self._chance.choice([*alone, *alone, *(both if first is not second else [])])

    def add_expand_kwargs(self) -> None:
        name = self._draft.name("k")
        dicts = [
            {"x": n, **({"y": n} if self._chance.random() < 0.5 else {})} for n in range(self._chance.randint(0, 3))
        ]
        over, ends = repr(dicts), []
        if self._chance.random() < 0.5:
            source = self._draft.name("s")
            self._task(Task(source))
            self._assign(source, f'make.override(task_id="{source}")({dicts!r}{self._how([-1], 0.1)})')
            over, ends, name = source, [source], self._draft.name("k")
        how = self._how(range(4), 0.3)
        self._assign(name, f'work.override(task_id="{name}"{self._retries()}){_partial(how)}.expand_kwargs({over})')
        self._task(Task(name, "all_success", ends, ends))
        self._draft.nodes.append(Node(name, [name], "mapped"))

    def add_reduce(self) -> None:
        """One task that reads all values of a mapped task, of a mapped group or of a source."""
        readable = self._readable("mapped", "group", "mapped", "group", "list")
        if not readable:
            return self.add_map_of_literal()
        name, node = self._draft.name("r"), self._chance.choice(readable)
        rule = self._rule(("all_success", "none_failed", "all_done", "none_skipped"))
        self._assign(name, f'gather.override(task_id="{name}"{_rule_text(rule)})({node.name}{self._how([-1], 0.1)})')
        self._task(Task(name, rule, list(node.ends)))
        self._draft.nodes.append(Node(name, [name], "none"))
        return None

    def add_join(self) -> None:
        """A task that waits for others and reads nothing."""
        before = self._some_nodes(1)
        name, rule = self._draft.name("j"), self._rule(ALL_RULES)
        self._assign(
            name, f'work.override(task_id="{name}"{_rule_text(rule)}{self._retries()})({self._how([-1], 0.2)[2:]})'
        )
        self._task(Task(name, rule, self._wait(before, name)))
        self._draft.nodes.append(Node(name, [name], "value"))

    def add_group(self) -> None:
        """A mapped group: a chain, and now and then a task beside it."""
        sources = self._readable("list")
        over_results = bool(sources) and self._chance.random() < 0.6
        source = self._chance.choice(sources) if over_results else None
        items = self._items()
        rules = LATE_RULES if over_results else GROUP_RULES
        name = self._draft.name("g")
        self._draft.add("")
        self._draft.add("@task_group")
        self._draft.add(f"def {name}(x):")
        length = source.length if source else len(items)
        ends = [source.name] if source else []
        last = self._add_inner_tasks(name, rules, length, ends)
        self._draft.add(f"return {last}", 2)
        self._draft.add("")
        self._draft.add(f"{name} = {name}.expand(x={source.name if source else repr(items)})")
        # A group is what its function returns.
        self._draft.nodes.append(Node(name, [f"{name}.{last}"], "group"))

    def _add_inner_tasks(self, group: str, rules: tuple[str, ...], length: int, sources: list[str]) -> str:
        """Write the tasks of a mapped group; the name of the last of the chain."""
        names: list[str] = []
        for number in range(self._chance.randint(1, 3)):
            name = f"t{number}"
            before = self._chance.choice(names) if names else None
            reads = before is None or self._chance.random() < 0.6
            rule = self._rule(LATE_RULES if reads else rules) if before else "all_success"
            given = ("x" if before is None else before) if reads else ""
            how = self._how(range(length), 0.5)
            options = f'task_id="{name}"{_rule_text(rule)}{self._retries()}'
            call = f"work.override({options})({given}{how if given else how[2:]})"
            self._draft.add(f"{name} = {call}", 2)
            if before and not reads:
                self._draft.add(f"{before} >> {name}", 2)
            upstream = [f"{group}.{before}"] if before else []
            self._task(Task(f"{group}.{name}", rule, upstream + sources, sources, group))
            names.append(name)
        return names[-1]

    def add_plain_group(self) -> None:
        name, before = self._draft.name("p"), self._some_nodes(0.5)
        self._draft.add("")
        self._draft.add("@task_group")
        self._draft.add(f"def {name}():")
        self._draft.add(f'return work.override(task_id="b")(work.override(task_id="a")({self._how([-1], 0.3)[2:]}))', 2)
        self._draft.add("")
        self._draft.add(f"{name} = {name}()")
        # The name stands for what the group returns, so that its first task waits for nothing.
        self._task(Task(f"{name}.a"))
        self._task(Task(f"{name}.b", "all_success", [f"{name}.a", *self._wait(before, name)]))
        self._draft.nodes.append(Node(name, [f"{name}.b"], "value"))

    def add_branch(self) -> None:
        """A branch with three tasks of its own, one of which runs."""
        name = self._draft.name("b")
        chosen = [f"{name}_{letter}" for letter in "abc" if self._chance.random() < 0.5] or [f"{name}_a"]
        self._assign(name, f'choose.override(task_id="{name}")({chosen!r})')
        self._task(Task(name))
        self._assign(f"{name}_a", self._mapped(f"{name}_a", "x=[1, 2]", 2, "all_success"))
        self._assign(f"{name}_b", f'work.override(task_id="{name}_b")({self._how([-1], 0.2)[2:]})')
        lists = [node for node in self._readable("list") if node.length > 0 and node.safe]
        over = self._chance.choice(lists) if lists else None
        self._assign(f"{name}_c", self._mapped(f"{name}_c", f"x={over.name}" if over else "x=[3]", 2, "all_success"))
        self._draft.add(f"{name} >> [{name}_a, {name}_b, {name}_c]")
        for letter in "abc":
            sources = list(over.ends) if over and letter == "c" else []
            self._task(Task(f"{name}_{letter}", "all_success", [name, *sources], sources))
            self._draft.nodes.append(
                Node(f"{name}_{letter}", [f"{name}_{letter}"], "mapped" if letter == "a" else "none")
            )

    def add_short_circuit(self) -> None:
        """A short circuit with a chain of its own."""
        name = self._draft.name("c")
        self._assign(name, f'check.override(task_id="{name}")({self._chance.choice([True, False])})')
        self._assign(f"{name}_a", self._mapped(f"{name}_a", "x=[1, 2]", 2, "all_success"))
        rule = self._rule(LATE_RULES)
        self._assign(f"{name}_b", f'work.override(task_id="{name}_b"{_rule_text(rule)})()')
        self._draft.add(f"{name} >> {name}_a >> {name}_b")
        self._task(Task(name))
        self._task(Task(f"{name}_a", "all_success", [name]))
        self._task(Task(f"{name}_b", rule, [f"{name}_a"]))

    def add_setup(self) -> None:
        """A setup, work and a teardown."""
        name = self._draft.name("u")
        self._assign(f"{name}_made", f'setup(work.override(task_id="{name}_made"))({self._how([-1], 0.4)[2:]})')
        self._assign(name, self._mapped(name, f"x={list(range(self._chance.randint(0, 3)))}", 3, "all_success"))
        self._assign(f"{name}_gone", f'teardown(work.override(task_id="{name}_gone"))({self._how([-1], 0.2)[2:]})')
        self._draft.add(f"{name}_made >> {name} >> {name}_gone")
        self._draft.add(f"{name}_made >> {name}_gone")
        self._task(Task(f"{name}_made"))
        self._task(Task(name, "all_success", [f"{name}_made"]))
        self._task(Task(f"{name}_gone", "all_done_setup_success", [f"{name}_made", name]))
        self._draft.nodes.append(Node(name, [name], "mapped"))

    def _mapped(self, name: str, arguments: str, length: int, rule: str) -> str:
        how = self._how(range(length), 0.4)
        options = f'task_id="{name}"{_rule_text(rule)}{self._retries()}'
        return f"work.override({options}){_partial(how)}.expand({arguments})"

    def _assign(self, name: str, text: str) -> None:
        self._draft.add(f"{name} = {text}")

    def _task(self, task: Task) -> None:
        self._draft.tasks[task.task_id] = task

    def _wait(self, before: list[Node], name: str) -> list[str]:
        """Write that `name` waits for these nodes; the tasks that it then waits for."""
        if before:
            self._draft.add(f"[{', '.join(node.name for node in before)}] >> {name}")
        return [end for node in before for end in node.ends]

    def _some_nodes(self, likelihood: float) -> list[Node]:
        if self._chance.random() >= likelihood:
            return []
        return self._chance.sample(self._draft.nodes, min(len(self._draft.nodes), self._chance.randint(1, 3)))

    def _readable(self, *kinds: str) -> list[Node]:
        return [node for kind in kinds for node in self._draft.nodes if node.gives == kind]

    def _items(self) -> list[int] | dict[str, int] | list[str]:
        """Mostly two or three things, now and then none."""
        length = self._chance.choice([0, 1, 2, 2, 3, 3])
        kinds = ([1, 2, 3], ["a", "b", "c"], [2, 0, 1])
        if self._chance.random() < 0.15:
            return dict(zip("abc"[:length], range(length), strict=False))
        return self._chance.choice(kinds)[:length]

    def _how(self, positions: range | list[int], likelihood: float) -> str:
        """How some instances end, as an argument that follows others; nothing where all is to go well."""
        ends = {
            at: self._chance.choice(self._ends)
            for at in positions
            if self._chance.random() < likelihood * 0.6 * self._trouble
        }
        return f", how={ends!r}" if ends else ""

    def _retries(self) -> str:
        return ", retries=1" if self._chance.random() < 0.4 else ""

    def _rule(self, rules: tuple[str, ...]) -> str:
        return "all_success" if self._chance.random() < 0.3 else self._chance.choice(rules)


def _rule_text(rule: str) -> str:
    return "" if rule == "all_success" else f', trigger_rule="{rule}"'


def _partial(how: str) -> str:
    return f".partial({how[2:]})" if how else ""

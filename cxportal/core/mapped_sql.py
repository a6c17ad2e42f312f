"""Turns a mapping into SQL over staged text, so that a file is checked in sets.

The staging table holds ``line``, ``spoilt`` (why the reader could not read it) and the columns that the
mapping uses as ``c0``, ``c1``, …; ``typed`` gives the statements that make, for every line, the mapped
facts, what was refused and why, and whether a clock was set right.

Dates and clocks are read by the temporary functions of ``mapped_functions``.
"""

from dataclasses import dataclass, field

from psycopg import sql

from cxportal.core.mapped_functions import clock_function, day_function, instant_function, moment_function
from cxportal.core.mapping import Clock, Condition, FileMapping, Target, Value

SKIPPED = "skipped by mapping"


@dataclass(frozen=True, slots=True)
class Fact:
    """SQL of one value and of the sentence (or NULL) that says why it cannot be taken."""

    value: sql.Composable
    fault: sql.Composable


NULL = sql.SQL("NULL::text")


def word_list(*words: str) -> sql.Composable:
    """SQL of an array of texts."""
    return sql.SQL("ARRAY[{}]::text[]").format(sql.SQL(", ").join(sql.Literal(word) for word in words))


class Compiler:
    """Builds expressions over one staging table. ``positions`` maps column names to ``c0``, ``c1``, …"""

    def __init__(self, mapping: FileMapping) -> None:
        self.mapping = mapping
        self.positions = {name: place for place, name in enumerate(mapping.used_columns())}

    def column(self, name: str) -> sql.Composable:
        return sql.Identifier(f"c{self.positions[name]}")

    def condition(self, condition: Condition) -> sql.Composable:
        return sql.SQL("(btrim({}) = ANY({}))").format(self.column(condition.column), word_list(*condition.values))

    def fact(self, value: Value, label: str) -> Fact:
        """The text of a value; unknown is NULL. ``label`` names it in the fault."""
        raw, fault = self._raw(value, label)
        if value.unknown:
            raw = sql.SQL("CASE WHEN {raw} <> ALL({words}) THEN {raw} END").format(
                raw=raw, words=word_list(*value.unknown)
            )
        if value.values:
            pairs = sql.SQL(" ").join(
                sql.SQL("WHEN {} THEN {}").format(sql.Literal(old), sql.Literal(new))
                for old, new in value.values.items()
            )
            missing = sql.SQL("{raw} IS NOT NULL AND {raw} <> ALL({keys})").format(
                raw=raw, keys=word_list(*value.values)
            )
            otherwise: sql.Composable = NULL
            if value.other is None:
                said = sql.SQL("CASE WHEN {missing} THEN {start} || {raw} || {end} END").format(
                    missing=missing,
                    raw=raw,
                    start=sql.Literal(f'{label}: "'),
                    end=sql.Literal('" is not in the mapping'),
                )
                fault = sql.SQL("coalesce({}, {})").format(fault, said)
            elif value.other == "keep":
                otherwise = raw
            elif value.other != "unknown":
                otherwise = sql.Literal(value.other)
            raw = sql.SQL("CASE WHEN {raw} IS NULL THEN NULL ELSE CASE {raw} {pairs} ELSE {otherwise} END END").format(
                raw=raw, pairs=pairs, otherwise=otherwise
            )
        if value.when is not None:
            holds = self.condition(value.when)
            raw = sql.SQL("CASE WHEN {} THEN {} END").format(holds, raw)
            fault = sql.SQL("CASE WHEN {} THEN {} END").format(holds, fault)
        return Fact(raw, fault)

    def _raw(self, value: Value, label: str) -> tuple[sql.Composable, sql.Composable]:
        if value.constant is not None:
            return sql.SQL("{}::text").format(sql.Literal(value.constant)), NULL
        if value.first:
            inner = [self.fact(item, label) for item in value.first]
            return (
                sql.SQL("coalesce({})").format(sql.SQL(", ").join(item.value for item in inner)),
                sql.SQL("coalesce({})").format(sql.SQL(", ").join(item.fault for item in inner)),
            )
        if value.split and value.by is not None:
            by = self.fact(value.by, label)
            dealt = sql.SQL(
                "CASE WHEN {by} IS NOT NULL THEN "
                "({names})[1 + (('x' || substr(md5({by}), 1, 8))::bit(32)::bigint % {n})::int] END"
            ).format(by=by.value, names=word_list(*value.split), n=sql.Literal(len(value.split)))
            return dealt, by.fault
        cells = [sql.SQL("nullif(btrim({}), '')").format(self.column(name)) for name in value.columns]
        parts = [part for cell in cells for part in (sql.Literal(value.join), cell)][1:]
        return sql.SQL("({})").format(sql.SQL(" || ").join(parts)), NULL


@dataclass(slots=True)
class _Layers:
    """What each level of the query computes: texts as mapped, then readings of dates, then the columns."""

    functions: list[str] = field(default_factory=list)
    texts: list[sql.Composable] = field(default_factory=list)
    readings: list[sql.Composable] = field(default_factory=list)
    columns: list[sql.Composable] = field(default_factory=list)
    faults: list[sql.Composable] = field(default_factory=list)


def typed(mapping: FileMapping, targets: tuple[Target, ...], stage: str) -> tuple[list[str], str]:
    """The functions to make, and the query over the staging table.

    The query gives ``line, skipped, fault, set_right, external_id``, one column a target (NULL where the
    mapping leaves it out) and ``create_…`` for what may be created. ``external_id`` of a digest carries the
    number of its occurrence; ``set_right`` tells that a clock ran back within the tolerance.
    """
    compiler = Compiler(mapping)
    clock = mapping.clock
    layers = _Layers(faults=[sql.SQL("spoilt")])
    base: sql.Composable = sql.SQL("SELECT * FROM {}").format(sql.Identifier(stage))
    late: sql.Composable = sql.SQL("false")
    if clock.times:
        layers.functions += [
            day_function("import_day", clock.date_format),
            clock_function("import_clock", clock),
            moment_function("import_moment", clock.zone),
        ]
        layers.faults.append(sql.SQL("clock_fault"))
        base, late = _clocked(compiler, clock, base), sql.SQL("late > 0")
    for place, target in enumerate(targets):
        _add(layers, compiler, target, place)
    identity = _identity(compiler, mapping)
    layers.faults.append(identity.fault)
    for name, value in mapping.create.items():
        if isinstance(value, Value):
            fact = compiler.fact(value, f"create.{name}").value
            layers.columns.append(sql.SQL("{} AS {}").format(fact, sql.Identifier(f"create_{name}")))
    skips = [compiler.condition(skip) for skip in mapping.skips] or [sql.SQL("false")]
    query = sql.SQL(
        "SELECT line, spoilt IS NULL AND coalesce({skip}, false) AS skipped, coalesce({faults}) AS fault, "
        "coalesce({late}, false) AS set_right, {identity} AS external_id, {columns} FROM ({rows}) AS typed"
    ).format(
        skip=sql.SQL(" OR ").join(skips),
        faults=sql.SQL(", ").join(layers.faults),
        late=late,
        identity=identity.value,
        columns=sql.SQL(", ").join(layers.columns),
        rows=_fenced(_fenced(base, layers.texts), layers.readings),
    )
    return layers.functions, query.as_string()


def _fenced(rows: sql.Composable, more: list[sql.Composable]) -> sql.Composable:
    """The rows with more columns. OFFSET 0 keeps the planner from writing each out wherever it is used."""
    return sql.SQL("SELECT {} FROM ({}) AS below OFFSET 0").format(
        sql.SQL(", ").join([sql.SQL("below.*"), *more]), rows
    )


def _clocked(compiler: Compiler, clock: Clock, base: sql.Composable) -> sql.Composable:
    """The rows with ``the_day``, ``at`` (seconds in the order of the clock), ``last_at``, ``late``, ``clock_fault``."""
    date = sql.SQL("btrim({})").format(compiler.column(clock.date))
    return sql.SQL(
        "SELECT s.*, d.the_day, k.at, k.last_at, k.late, coalesce("
        "CASE WHEN d.the_day IS NULL THEN {label} || coalesce({date}, '') || {end} END, "
        "'\"' || k.wrong || '\" is not a time', "
        "CASE WHEN k.late > {tolerance} THEN 'the clock runs back by ' || round(k.late) || ' s' END) AS clock_fault "
        "FROM ({base}) AS s CROSS JOIN LATERAL (SELECT pg_temp.import_day({date}) AS the_day OFFSET 0) AS d "
        "CROSS JOIN LATERAL pg_temp.import_clock(ARRAY[{times}]) AS k"
    ).format(
        label=sql.Literal(f'{clock.date}: "'),
        date=date,
        end=sql.Literal('" is not a date that exists'),
        tolerance=sql.Literal(clock.tolerance),
        base=base,
        times=sql.SQL(", ").join(compiler.column(name) for name in clock.times),
    )


def _identity(compiler: Compiler, mapping: FileMapping) -> Fact:
    if mapping.id is None:
        numbered = sql.SQL("digest || '-' || row_number() OVER (PARTITION BY digest ORDER BY line)")
        return Fact(numbered, NULL)
    fact = compiler.fact(mapping.id, "id")
    missing = sql.SQL("coalesce({}, CASE WHEN {} IS NULL THEN 'has no id' END)").format(fact.fault, fact.value)
    return Fact(fact.value, missing)


_KINDS = {"instant": "timestamptz", "date": "date", "number": "bigint", "flag": "boolean"}


def _add(layers: _Layers, compiler: Compiler, target: Target, place: int) -> None:
    """Put a target's column and faults into the layers."""
    mapping = compiler.mapping
    value = mapping.fields.get(target.name)
    name = sql.Identifier(target.name)
    if value is None:
        kind = sql.SQL(_KINDS.get(target.kind, "text"))
        layers.columns.append(sql.SQL("NULL::{} AS {}").format(kind, name))
        return
    if value.time:
        _add_clock_time(layers, compiler, value, name, place)
        return
    fact = compiler.fact(value, target.name)
    text, fault = sql.Identifier(f"text{place}"), sql.Identifier(f"fault{place}")
    layers.texts.append(sql.SQL("{} AS {}").format(fact.value, text))
    if fact.fault is not NULL:
        layers.texts.append(sql.SQL("{} AS {}").format(fact.fault, fault))
        layers.faults.append(fault)
    made: sql.Composable = text
    cast, said = _cast(layers, target, value, mapping.clock.zone, text, place)
    if cast is not None:
        made = sql.Identifier(f"read{place}")
        layers.readings.append(sql.SQL("{} AS {}").format(cast, made))
        layers.faults.append(
            sql.SQL("CASE WHEN {text} IS NOT NULL AND {made} IS NULL THEN {start} || {text} || {end} END").format(
                text=text, made=made, start=sql.Literal(f'{target.name}: "'), end=sql.Literal(said)
            )
        )
    if target.required:
        missing = sql.Literal(f"{target.name} is missing")
        layers.faults.append(sql.SQL("CASE WHEN {} IS NULL THEN {} END").format(text, missing))
    layers.columns.append(sql.SQL("{} AS {}").format(made, name))


def _cast(
    layers: _Layers, target: Target, value: Value, zone: str, text: sql.Composable, place: int
) -> tuple[sql.Composable | None, str]:
    """SQL of the text as its kind, and the end of the sentence for a text that is none."""
    if target.kind in ("instant", "date"):
        function = f"import_read{place}"
        made = instant_function(function, value.format, zone)
        if target.kind == "date":
            made = day_function(function, value.format)
        layers.functions.append(made)
        word = "time" if target.kind == "instant" else "date"
        return sql.SQL("pg_temp.{}({})").format(sql.Identifier(function), text), f'" is not a {word} that exists'
    if target.kind == "number":
        return sql.SQL("CASE WHEN {0} ~ '^[0-9]{{1,9}}$' THEN {0}::bigint END").format(text), '" is not a whole number'
    if target.kind == "flag":
        yes, no = word_list("true", "yes", "1"), word_list("false", "no", "0")
        flag = sql.SQL("CASE WHEN lower({0}) = ANY({1}) THEN true WHEN lower({0}) = ANY({2}) THEN false END")
        return flag.format(text, yes, no), '" is neither yes nor no'
    if target.choices:
        listed = sql.SQL("CASE WHEN {0} = ANY({1}) THEN {0} END").format(text, word_list(*target.choices))
        return listed, f'" is not one of {", ".join(target.choices)}'
    return None, ""


def _add_clock_time(layers: _Layers, compiler: Compiler, value: Value, name: sql.Identifier, place: int) -> None:
    """An instant of the clock: one of its times, or the last that happened."""
    clock = compiler.mapping.clock
    seconds: sql.Composable = sql.SQL("last_at")
    if value.time != "last":
        seconds = sql.SQL("at[{}]").format(sql.Literal(clock.times.index(value.time) + 1))
    if value.when is not None:
        seconds = sql.SQL("CASE WHEN {} THEN {} END").format(compiler.condition(value.when), seconds)
    told, made = sql.Identifier(f"told{place}"), sql.Identifier(f"read{place}")
    layers.texts.append(sql.SQL("{} AS {}").format(seconds, told))
    layers.readings.append(
        sql.SQL("CASE WHEN {0} IS NOT NULL THEN pg_temp.import_moment(the_day, {0}) END AS {1}").format(told, made)
    )
    layers.columns.append(sql.SQL("{} AS {}").format(made, name))
    said = sql.Literal(f"{value.time}: the clocks skip this time in {clock.zone}")
    layers.faults.append(
        sql.SQL("CASE WHEN {} IS NOT NULL AND the_day IS NOT NULL AND {} IS NULL THEN {} END").format(told, made, said)
    )

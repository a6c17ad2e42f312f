"""Turns a mapping into SQL over staged text, so that a file is checked in sets.

The staging table holds ``line``, ``spoilt`` (why the reader could not read it) and the columns that the
mapping uses as ``c0``, ``c1``, …; ``typed`` builds the query that gives, for every line, the mapped
facts, what was refused and why, and whether a clock was set right.
"""

from dataclasses import dataclass

from psycopg import sql

from cxportal.core import instants
from cxportal.core.mapping import Clock, Condition, FileMapping, Target, Value

SKIPPED = "skipped by mapping"


@dataclass(frozen=True, slots=True)
class Fact:
    """SQL of one value and of the sentence (or NULL) that says why it cannot be taken."""

    value: sql.Composable
    fault: sql.Composable


NULL = sql.SQL("NULL::text")


class Compiler:
    """Builds expressions over one staging table. ``positions`` maps column names to ``c0``, ``c1``, …"""

    def __init__(self, mapping: FileMapping) -> None:
        self.mapping = mapping
        self.positions = {name: place for place, name in enumerate(mapping.used_columns())}

    def column(self, name: str) -> sql.Composable:
        return sql.Identifier(f"c{self.positions[name]}")

    def texts(self, words: tuple[str, ...]) -> sql.Composable:
        return sql.SQL("ARRAY[{}]::text[]").format(sql.SQL(", ").join(sql.Literal(word) for word in words))

    def condition(self, condition: Condition) -> sql.Composable:
        return sql.SQL("(btrim({}) = ANY({}))").format(self.column(condition.column), self.texts(condition.values))

    def fact(self, value: Value, label: str) -> Fact:
        """The text of a value; unknown is NULL. ``label`` names it in the fault."""
        raw, fault = self._raw(value, label)
        if value.unknown:
            raw = sql.SQL("CASE WHEN {raw} <> ALL({words}) THEN {raw} END").format(
                raw=raw, words=self.texts(value.unknown)
            )
        if value.values:
            pairs = sql.SQL(" ").join(
                sql.SQL("WHEN {} THEN {}").format(sql.Literal(old), sql.Literal(new))
                for old, new in value.values.items()
            )
            missing = sql.SQL("{raw} IS NOT NULL AND {raw} <> ALL({keys})").format(
                raw=raw, keys=self.texts(tuple(value.values))
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
            ).format(by=by.value, names=self.texts(value.split), n=sql.Literal(len(value.split)))
            return dealt, by.fault
        cells = [sql.SQL("nullif(btrim({}), '')").format(self.column(name)) for name in value.columns]
        parts = [part for cell in cells for part in (sql.Literal(value.join), cell)][1:]
        return sql.SQL("({})").format(sql.SQL(" || ").join(parts)), NULL


def matched(text: sql.Composable, form: str) -> tuple[sql.Composable, dict[str, sql.Composable]]:
    """The regular expression's groups as an array, and the array's places by letter, given its name ``m``."""
    expression, letters = instants.pattern(form)
    found = sql.SQL("regexp_match({}, {})").format(text, sql.Literal(expression))
    return found, {letter: sql.SQL("m[{}]").format(sql.Literal(place)) for place, letter in enumerate(letters, 1)}


def _number(parts: dict[str, sql.Composable], letter: str, default: int) -> sql.Composable:
    return sql.SQL("({})::int").format(parts[letter]) if letter in parts else sql.Literal(default)


def _year(parts: dict[str, sql.Composable]) -> sql.Composable:
    if "y" in parts:
        return sql.SQL("(({y})::int + CASE WHEN ({y})::int >= 69 THEN 1900 ELSE 2000 END)").format(y=parts["y"])
    return _number(parts, "Y", 1970)


def day_sql(text: sql.Composable, form: str) -> sql.Composable:
    """SQL of a date from a text; NULL when it does not look like the format or does not exist."""
    found, parts = matched(text, form)
    return sql.SQL(
        "(SELECT CASE WHEN y >= 1 AND mo BETWEEN 1 AND 12 AND d BETWEEN 1 AND "
        "CASE WHEN mo IN (4, 6, 9, 11) THEN 30 WHEN mo <> 2 THEN 31 "
        "WHEN y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0) THEN 29 ELSE 28 END THEN make_date(y, mo, d) END "
        "FROM (SELECT {year} AS y, {month} AS mo, {day} AS d FROM (SELECT {found} AS m OFFSET 0) AS f "
        "WHERE m IS NOT NULL OFFSET 0) AS p)"
    ).format(year=_year(parts), month=_number(parts, "m", 1), day=_number(parts, "d", 1), found=found)


def seconds_sql(text: sql.Composable, form: str) -> sql.Composable:
    """SQL of the seconds after midnight from a text; NULL when it is no time of day."""
    found, parts = matched(text, form)
    fraction: sql.Composable = sql.SQL("0")
    if "f" in parts:
        fraction = sql.SQL("('0.' || {})::numeric").format(parts["f"])
    return sql.SQL(
        "(SELECT CASE WHEN h < 24 AND mi < 60 AND s < 60 THEN (h * 3600 + mi * 60 + s + fr)::numeric END "
        "FROM (SELECT {hours} AS h, {minutes} AS mi, {seconds} AS s, {fraction} AS fr "
        "FROM (SELECT {found} AS m OFFSET 0) AS f WHERE m IS NOT NULL OFFSET 0) AS p)"
    ).format(
        hours=_number(parts, "H", 0),
        minutes=_number(parts, "M", 0),
        seconds=_number(parts, "S", 0),
        fraction=fraction,
        found=found,
    )


def instant_sql(text: sql.Composable, form: str, zone: str) -> sql.Composable:
    """SQL of an instant from a text; NULL when there is none (no such day, or a wall time that the zone skips)."""
    found, parts = matched(text, form)
    wall = sql.SQL("({day} + make_interval(secs => {seconds}::double precision))").format(
        day=day_sql(text, form), seconds=seconds_sql(text, form)
    )
    if "z" in parts:
        # "+0130" reads as an interval of hours and minutes once its colon stands.
        offset = sql.SQL(
            "(SELECT CASE WHEN {z} = 'Z' THEN interval '0' ELSE "
            "(substr({z}, 1, 3) || ':' || right({z}, 2))::interval END "
            "FROM (SELECT {found} AS m OFFSET 0) AS f WHERE m IS NOT NULL)"
        ).format(z=parts["z"], found=found)
        return sql.SQL("(({wall} - {offset}) AT TIME ZONE 'UTC')").format(wall=wall, offset=offset)
    return zoned(wall, zone)


def zoned(wall: sql.Composable, zone: str) -> sql.Composable:
    """The instant of a wall time in a zone; NULL when the zone's clocks skip it."""
    return sql.SQL(
        "(SELECT CASE WHEN at AT TIME ZONE {zone} = wall THEN at END FROM "
        "(SELECT wall, wall AT TIME ZONE {zone} AS at FROM (SELECT {wall} AS wall OFFSET 0) AS w OFFSET 0) AS z)"
    ).format(wall=wall, zone=sql.Literal(zone))


def clocked(compiler: Compiler, clock: Clock, base: sql.Composable) -> sql.Composable:
    """Wraps the staged rows with the wall times of the clock as ``t0``, ``t1``, … and ``late``, ``clock_fault``.

    Each step is fenced with OFFSET 0: without it the planner would write the chain out, doubling it at every step.
    """
    date = compiler.column(clock.date)
    query = sql.SQL(
        "SELECT s.*, {day} AS day, 0::numeric AS shift, NULL::numeric AS reached, 0::numeric AS late, NULL::text AS bad_time "
        "FROM ({base}) AS s OFFSET 0"
    ).format(day=day_sql(sql.SQL("btrim({})").format(date), clock.date_format), base=base)
    for place, name in enumerate(clock.times):
        text = sql.SQL("nullif(btrim({}), '')").format(compiler.column(name))
        happened = sql.SQL("CASE WHEN {text} <> ALL({absent}) THEN {text} END").format(
            text=text, absent=compiler.texts(clock.did_not_happen)
        )
        read = sql.SQL(
            "SELECT q.*, happened, {seconds} AS told FROM ({query}) AS q, "
            "LATERAL (SELECT {happened} AS happened OFFSET 0) AS h OFFSET 0"
        ).format(seconds=seconds_sql(sql.SQL("happened"), clock.time_format), query=query, happened=happened)
        nights = sql.SQL("0")
        if clock.next_day_after:
            nights = sql.SQL("CASE WHEN told + shift < reached - {after} THEN 86400 ELSE 0 END").format(
                after=sql.Literal(clock.next_day_after)
            )
        moved = sql.SQL("SELECT r.*, {nights} AS night FROM ({read}) AS r OFFSET 0").format(nights=nights, read=read)
        kept = [*("t%d" % n for n in range(place)), "day"]
        query = sql.SQL(
            "SELECT {stage}, {kept}, shift + night AS shift, greatest(reached, told + shift + night) AS reached, "
            "greatest(late, reached - (told + shift + night)) AS late, "
            "coalesce(bad_time, CASE WHEN happened IS NOT NULL AND told IS NULL THEN {start} || happened || {end} END) "
            "AS bad_time, "
            "CASE WHEN told IS NOT NULL THEN greatest(reached, told + shift + night) END AS {name} "
            "FROM ({moved}) AS n OFFSET 0"
        ).format(
            stage=stage_columns(compiler),
            kept=sql.SQL(", ").join(map(sql.Identifier, kept)),
            name=sql.Identifier(f"t{place}"),
            start=sql.Literal(f'{name}: "'),
            end=sql.Literal('" is not a time'),
            moved=moved,
        )
    fault = sql.SQL(
        "coalesce(CASE WHEN day IS NULL THEN {label} || coalesce({date}, '') || {end} END, bad_time, "
        "CASE WHEN late > {tolerance} THEN 'the clock runs back by ' || round(late) || ' s' END)"
    ).format(
        label=sql.Literal(f'{clock.date}: "'),
        date=date,
        end=sql.Literal('" is not a date that exists'),
        tolerance=sql.Literal(clock.tolerance),
    )
    return sql.SQL("SELECT c.*, {fault} AS clock_fault FROM ({query}) AS c OFFSET 0").format(fault=fault, query=query)


def stage_columns(compiler: Compiler) -> sql.Composable:
    names = ["line", "spoilt", "digest", *(f"c{place}" for place in compiler.positions.values())]
    return sql.SQL(", ").join(map(sql.Identifier, names))


def typed(mapping: FileMapping, targets: tuple[Target, ...], stage: str) -> sql.Composable:
    """The query over the staging table: ``line, skipped, fault, set_right, external_id`` and one column a target.

    ``external_id`` is the id's text, or for a digest the digest with the number of its occurrence. ``set_right`` tells
    that a clock ran back within the tolerance. Targets that the mapping leaves out are NULL.
    """
    compiler = Compiler(mapping)
    base: sql.Composable = sql.SQL("SELECT {} FROM {}").format(stage_columns(compiler), sql.Identifier(stage))
    clock = mapping.clock
    if clock.times:
        base = clocked(compiler, clock, base)
    facts = {target.name: _fact(compiler, mapping, target) for target in targets}
    facts["external_id"] = _identity(compiler, mapping)
    for name, value in mapping.create.items():
        if isinstance(value, Value):
            facts[f"create_{name}"] = Fact(compiler.fact(value, f"create.{name}").value, NULL)
    skip = (
        sql.SQL(" OR ").join(compiler.condition(skip) for skip in mapping.skips) if mapping.skips else sql.SQL("false")
    )
    faults = [sql.SQL("spoilt"), *([sql.SQL("clock_fault")] if clock.times else [])]
    columns = []
    for name, fact in facts.items():
        columns.append(sql.SQL("{} AS {}").format(fact.value, sql.Identifier(name)))
        faults.append(fact.fault)
    late = sql.SQL("late > 0") if clock.times else sql.SQL("false")
    return sql.SQL(
        "SELECT line, spoilt IS NULL AND coalesce({skip}, false) AS skipped, coalesce({faults}) AS fault, "
        "coalesce({late}, false) AS set_right, {columns} FROM ({base}) AS b"
    ).format(skip=skip, faults=sql.SQL(", ").join(faults), late=late, columns=sql.SQL(", ").join(columns), base=base)


def _identity(compiler: Compiler, mapping: FileMapping) -> Fact:
    if mapping.id is None:
        numbered = sql.SQL("digest || '-' || row_number() OVER (PARTITION BY digest ORDER BY line)")
        return Fact(numbered, NULL)
    fact = compiler.fact(mapping.id, "id")
    missing = sql.SQL("coalesce({}, CASE WHEN {} IS NULL THEN 'has no id' END)").format(fact.fault, fact.value)
    return Fact(fact.value, missing)


def _fact(compiler: Compiler, mapping: FileMapping, target: Target) -> Fact:
    """The typed value of a target and its fault."""
    value = mapping.fields.get(target.name)
    kinds = {"instant": "timestamptz", "date": "date", "number": "bigint", "flag": "boolean"}
    if value is None:
        return Fact(sql.SQL("NULL::{}").format(sql.SQL(kinds.get(target.kind, "text"))), NULL)
    if value.time:
        return _clock_fact(mapping.clock, value, compiler)
    fact = compiler.fact(value, target.name)
    made, bad = _cast(fact.value, target, value, mapping.clock.zone)
    fault = sql.SQL("coalesce({}, {})").format(fact.fault, bad) if bad is not NULL else fact.fault
    if target.required:
        fault = sql.SQL("coalesce({}, CASE WHEN {} IS NULL THEN {} END)").format(
            fault, fact.value, sql.Literal(f"{target.name} is missing")
        )
    return Fact(made, fault)


def _cast(text: sql.Composable, target: Target, value: Value, zone: str) -> tuple[sql.Composable, sql.Composable]:
    """The text as its kind, and the fault when it is none."""
    if target.kind == "instant":
        made = instant_sql(text, value.format, zone)
        said = '" is not a time that exists'
    elif target.kind == "date":
        made = day_sql(text, value.format)
        said = '" is not a date that exists'
    elif target.kind == "number":
        made = sql.SQL("CASE WHEN {0} ~ '^[0-9]{{1,9}}$' THEN ({0})::bigint END").format(text)
        said = '" is not a whole number'
    elif target.kind == "flag":
        made = sql.SQL(
            "CASE WHEN lower({0}) IN ('true', 'yes', '1') THEN true WHEN lower({0}) IN ('false', 'no', '0') THEN false END"
        ).format(text)
        said = '" is neither yes nor no'
    elif target.choices:
        made = sql.SQL("CASE WHEN {0} = ANY({1}) THEN {0} END").format(
            text, sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(map(sql.Literal, target.choices)))
        )
        said = f'" is not one of {", ".join(target.choices)}'
    else:
        return text, NULL
    bad = sql.SQL("CASE WHEN {text} IS NOT NULL AND {made} IS NULL THEN {start} || {text} || {end} END").format(
        text=text, made=made, start=sql.Literal(f'{target.name}: "'), end=sql.Literal(said)
    )
    return made, bad


def _clock_fact(clock: Clock, value: Value, compiler: Compiler) -> Fact:
    """An instant of the clock: one of its times, or the last that happened."""
    seconds: sql.Composable = sql.SQL("reached")
    if value.time != "last":
        seconds = sql.Identifier(f"t{clock.times.index(value.time)}")
    made = zoned(sql.SQL("(day + make_interval(secs => {}::double precision))").format(seconds), clock.zone)
    if value.when is not None:
        made = sql.SQL("CASE WHEN {} THEN {} END").format(compiler.condition(value.when), made)
        seconds = sql.SQL("CASE WHEN {} THEN {} END").format(compiler.condition(value.when), seconds)
    fault = sql.SQL("CASE WHEN day IS NOT NULL AND {s} IS NOT NULL AND {made} IS NULL THEN {said} END").format(
        s=seconds, made=made, said=sql.Literal(f"{value.time}: the clocks skip this time in {clock.zone}")
    )
    return Fact(made, fault)

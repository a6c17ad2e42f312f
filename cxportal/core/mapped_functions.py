"""Temporary functions that read dates, instants and clocks in a mapping's formats.

PostgreSQL's own casts raise on a date that does not exist and would stop the whole set; these answer NULL.
They are made for one import, live as long as its session, and read exactly what ``instants`` reads.
"""

from psycopg import sql

from cxportal.core import instants
from cxportal.core.mapping import Clock


def _number(letters: tuple[str, ...], letter: str, default: int) -> str:
    return f"m[{letters.index(letter) + 1}]::int" if letter in letters else str(default)


def _year(letters: tuple[str, ...]) -> str:
    if "y" in letters:
        part = f"m[{letters.index('y') + 1}]::int"
        return f"{part} + CASE WHEN {part} >= {instants.SECOND_OF_CENTURY} THEN 1900 ELSE 2000 END"
    return _number(letters, "Y", 1970)


#: Zones whose clocks never change: nothing to look for.
UTC = ("UTC", "Etc/UTC", "GMT", "Etc/GMT")

# A day is checked before it is made: catching PostgreSQL's own error costs five times as much.
_NO_SUCH_DAY = """y < 1 OR mo NOT BETWEEN 1 AND 12 OR d < 1
                OR (d > 28 AND d > extract(day FROM make_date(y, mo, 1) + interval '1 month - 1 day'))"""


def day_function(name: str, form: str) -> str:
    """A temporary function text → date: NULL for what does not look like the format or does not exist."""
    expression, letters = instants.pattern(form)
    return f"""
        CREATE OR REPLACE FUNCTION pg_temp.{name}(given text) RETURNS date LANGUAGE plpgsql IMMUTABLE AS $body$
        DECLARE m text[] := regexp_match(given, {_quoted(expression)}); y int; mo int; d int;
        BEGIN
            IF m IS NULL THEN RETURN NULL; END IF;
            y := {_year(letters)}; mo := {_number(letters, "m", 1)}; d := {_number(letters, "d", 1)};
            IF {_NO_SUCH_DAY} THEN RETURN NULL; END IF;
            RETURN make_date(y, mo, d);
        END $body$"""


def _seconds(letters: tuple[str, ...]) -> str:
    whole = _number(letters, "S", 0)
    return f"({whole} + ('0.' || m[{letters.index('f') + 1}])::numeric)" if "f" in letters else whole


def _no_such_time(letters: tuple[str, ...]) -> str:
    hours, minutes, whole = (_number(letters, letter, 0) for letter in "HMS")
    return f"{hours} > 23 OR {minutes} > 59 OR {whole} > 59"


def instant_function(name: str, form: str, zone: str) -> str:
    """A temporary function text → timestamptz: NULL for no such day, and for a wall time that the zone skips."""
    expression, letters = instants.pattern(form)
    ending = _moment(zone)
    if "z" in letters:
        part = f"m[{letters.index('z') + 1}]"
        ending = f"""
            RETURN (wall - CASE WHEN {part} = 'Z' THEN interval '0'
                           ELSE (substr({part}, 1, 3) || ':' || right({part}, 2))::interval END) AT TIME ZONE 'UTC';"""
    return f"""
        CREATE OR REPLACE FUNCTION pg_temp.{name}(given text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $body$
        DECLARE m text[]; wall timestamp; instant timestamptz; y int; mo int; d int;
        BEGIN{_iso_shortcut(form, zone)}
            m := regexp_match(given, {_quoted(expression)});
            IF m IS NULL OR {_no_such_time(letters)} THEN RETURN NULL; END IF;
            y := {_year(letters)}; mo := {_number(letters, "m", 1)}; d := {_number(letters, "d", 1)};
            IF {_NO_SUCH_DAY} THEN RETURN NULL; END IF;
            wall := make_timestamp(
                y, mo, d, {_number(letters, "H", 0)}, {_number(letters, "M", 0)}, {_seconds(letters)});
            {ending.strip()}
        END $body$"""


def _moment(zone: str) -> str:
    """Lines that turn ``wall`` into ``instant``: NULL when the zone skips it, the first when it comes twice."""
    z = _quoted(zone)
    if zone in UTC:
        return f"""
            RETURN wall AT TIME ZONE {z};"""
    return f"""
            instant := wall AT TIME ZONE {z};
            IF instant AT TIME ZONE {z} <> wall THEN
                RETURN NULL;
            ELSIF (instant - interval '1 hour') AT TIME ZONE {z} = wall THEN
                instant := instant - interval '1 hour';
            ELSIF (instant - interval '30 minutes') AT TIME ZONE {z} = wall THEN
                instant := instant - interval '30 minutes';
            END IF;
            RETURN instant;"""


def _iso_shortcut(form: str, zone: str) -> str:
    """A quick way for the usual shape: a plain match and a cast cost a third of cutting the text into parts.

    Days to the 28th exist in every month of every year, so they need no look at the calendar.
    """
    if form not in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"):
        return ""
    ending = ":[0-5][0-9]" if form.endswith("%S") else ""
    time = f"{form[8]}([01][0-9]|2[0-3]):[0-5][0-9]{ending}$"
    plain = f"^[1-9][0-9]{{3}}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]){time}"
    shape = f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{time}"
    return f"""
            IF given ~ {_quoted(plain)} THEN
                wall := given::timestamp;{_moment(zone)}
            ELSIF given ~ {_quoted(shape)} THEN
                y := left(given, 4)::int; mo := substr(given, 6, 2)::int; d := substr(given, 9, 2)::int;
                IF {_NO_SUCH_DAY} THEN RETURN NULL; END IF;
                wall := given::timestamp;{_moment(zone)}
            END IF;"""


def clock_function(name: str, clock: Clock) -> str:
    """A temporary function over the wall times of a row, in their order, as seconds after the day's midnight.

    Gives each time (NULL for what did not happen), the last, by how many seconds the clock ran back at most,
    and a text that is no time. A time behind the one before it is set to that one.
    """
    expression, letters = instants.pattern(clock.time_format)
    absent = ", ".join(_quoted(word) for word in ("", *clock.did_not_happen))
    next_day = ""
    if clock.next_day_after:
        next_day = f"""
                IF s < last_at - {clock.next_day_after} THEN
                    nights := nights + 86400;
                    s := s + 86400;
                END IF;"""
    seconds = f"{_number(letters, 'H', 0)} * 3600 + {_number(letters, 'M', 0)} * 60 + {_seconds(letters)}"
    read = f"""m := regexp_match(told, {_quoted(expression)});
                IF m IS NULL OR {_no_such_time(letters)} THEN
                    wrong := told;
                    RETURN;
                END IF;
                s := {seconds};"""
    if clock.time_format == "%H:%M:%S":
        # The usual shape: a plain match and a cast cost a third of cutting the text into parts.
        read = """IF told !~ '^([01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9]$' THEN
                    wrong := told;
                    RETURN;
                END IF;
                s := extract(epoch FROM told::time);"""
    return f"""
        CREATE OR REPLACE FUNCTION pg_temp.{name}(
            given text[], OUT at double precision[], OUT last_at double precision, OUT late double precision,
            OUT wrong text)
        LANGUAGE plpgsql IMMUTABLE AS $body$
        DECLARE m text[]; told text; s double precision; nights int := 0; place int := 0;
        BEGIN
            late := 0;
            at := array_fill(NULL::double precision, ARRAY[{len(clock.times)}]);
            FOREACH told IN ARRAY given LOOP
                place := place + 1;
                told := btrim(told);
                CONTINUE WHEN told IS NULL OR told = ANY(ARRAY[{absent}]::text[]);
                {read}
                s := s + nights;{next_day}
                IF last_at IS NULL OR s > last_at THEN
                    last_at := s;
                ELSIF last_at - s > late THEN
                    late := last_at - s;
                END IF;
                at[place] := last_at;
            END LOOP;
        END $body$"""


def moment_function(name: str, zone: str) -> str:
    """A temporary function (day, seconds after its midnight) → timestamptz; NULL when the zone skips it."""
    return f"""
        CREATE OR REPLACE FUNCTION pg_temp.{name}(the_day date, seconds double precision) RETURNS timestamptz
        LANGUAGE plpgsql IMMUTABLE AS $body$
        DECLARE wall timestamp := the_day + make_interval(secs => seconds); instant timestamptz;
        BEGIN{_moment(zone)}
        END $body$"""


def _quoted(text: str) -> str:
    return sql.Literal(text).as_string()

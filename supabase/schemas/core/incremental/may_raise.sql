-- Object: freshet.may_raise()
-- Why: the key of a row is computed when the row is written, and an error there would fail the write of the application.
--      A query may leave out the rows for which its expression has no value, by a condition that the log does not know:
--      where data ->> 'n' ~ '^[0-9]+$'.
-- Why the list: guarding an expression costs microseconds a row. These, and whatever PostgreSQL itself calls leakproof,
--      raise for no row that can be stored; dates beyond the year 294276 aside.
create function freshet.may_raise(source regclass, expression text)
returns boolean
language plpgsql
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    tree text;
begin
    execute format('create temporary view freshet_raise_check as select %s as key from %s as x', expression, source);
    select r.ev_action::text into strict tree
    from pg_catalog.pg_rewrite as r
    join pg_catalog.pg_class as c on c.oid = r.ev_class
    where c.relname = 'freshet_raise_check' and c.relnamespace = pg_my_temp_schema();
    drop view pg_temp.freshet_raise_check;
    return tree ~ '\{(ARRAYCOERCEEXPR|COERCETODOMAIN|SUBSCRIPTINGREF|ROWCOMPARE|XMLEXPR) '
        -- Every value can be written as a text, and not every text read as a value.
        or (tree like '%{COERCEVIAIO %' and tree ~ ':resulttype (?!25\M)')
        -- The name of a unit or of a zone, where it is no literal that the planner has looked at.
        or tree ~ format(
            '[{]FUNCEXPR :funcid (?:%s|%s|%s|%s|%s) [^{}]*:args \([{](?!CONST )',
            'date_trunc(text, timestamp)'::regprocedure::oid, 'timezone(text, timestamp)'::regprocedure::oid,
            'timezone(text, timestamptz)'::regprocedure::oid, 'extract(text, timestamp)'::regprocedure::oid,
            'extract(text, date)'::regprocedure::oid
        )
        or exists (
            select
            from regexp_matches(tree, ':(?:funcid|opfuncid) (\d+)', 'g') as m (ids)
            join pg_catalog.pg_proc as p on p.oid = m.ids[1]::oid
            where not p.proleakproof
                and p.oid not in (
                    'date_trunc(text, timestamp)'::regprocedure, 'timezone(text, timestamp)'::regprocedure,
                    'timezone(text, timestamptz)'::regprocedure, 'extract(text, timestamp)'::regprocedure,
                    'extract(text, date)'::regprocedure, 'date(timestamp)'::regprocedure, 'timestamp(date)'::regprocedure,
                    'lower(text)'::regprocedure, 'upper(text)'::regprocedure, 'btrim(text)'::regprocedure,
                    'jsonb_object_field_text(jsonb, text)'::regprocedure, 'jsonb_object_field(jsonb, text)'::regprocedure
                )
                -- By a number that is not 0.
                and not (
                    p.oid in (
                        'int4div(integer, integer)'::regprocedure, 'int8div(bigint, bigint)'::regprocedure,
                        'int84div(bigint, integer)'::regprocedure, 'int2div(smallint, smallint)'::regprocedure
                    )
                    and expression !~ '/ (?![1-9][0-9]*\M)'
                )
        );
end
$$;

revoke all on function freshet.may_raise(regclass, text) from public, anon, authenticated;

comment on function freshet.may_raise(regclass, text) is
    'Whether an expression over a row x of the source may fail for some row. True also where that is not known; null without an expression.';

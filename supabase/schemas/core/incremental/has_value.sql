-- Object: freshet.has_value()
-- Why: a source row without a key may belong to the group of null, which no log names. It does not where the scan lets no
--      such row pass: each column of the expression is never null, or filtered by "is not null", and the expression has a
--      value for each value of its columns.
create function freshet.has_value(source regclass, expression text, filter text, alias text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        expression ~ '^COALESCE\(.*, ''[^'']*''::[a-z ]+\)$'
        or (
            expression !~ '->|\?|COALESCE|CASE|NULLIF|jsonb_object_field'
            and not exists (
                select
                from regexp_matches(expression, '\mx\.([a-z_][a-z0-9_]*|"[^"]+")', 'g') as m (columns)
                left join pg_catalog.pg_attribute as a on a.attrelid = has_value.source and quote_ident(a.attname) = m.columns[1]
                where a.attnotnull is not true
                    and format('(%I.%s IS NOT NULL)', alias, m.columns[1]) not in (select c.condition from freshet.filter_conjuncts(filter) as c (condition))
            )
            and (expression ~ '^x\.([a-z_][a-z0-9_]*|"[^"]+")$' or not freshet.may_raise(source, expression))
        ),
        false
    );
$$;

revoke all on function freshet.has_value(regclass, text, text, text) from public, anon, authenticated;

comment on function freshet.has_value(regclass, text, text, text) is
    'Whether an expression over a row x of the source is null for no row that passes the filter. False where that is not known.';

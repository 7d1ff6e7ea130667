-- Object: freshet.key_expression()
-- Why: what a filter compares with the key becomes the body of a function over one row, so only a text whose meaning is
--      certain is taken.
create function freshet.key_expression(filter text, alias text, parameter integer)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select min(replaced.expression)
    from (
        select substr(c.condition, 2, length(c.condition) - length(format(' = $%s)', parameter)) - 1) as expression
        from freshet.filter_conjuncts(filter) as c (condition)
        where c.condition like format('(%% = $%s)', parameter)
    ) as found
    cross join (select quote_ident(key_expression.alias) as name) as a
    -- Not inside a literal or a quoted name. A quoted name before a dot is the alias, or of what we do not know: a column.
    cross join lateral (
        select string_agg(
            case
                when p.part[1] = a.name || '.' then 'x.'
                when p.part[1] ~ '^[''"]' or a.name ~ '^"' then p.part[1]
                else regexp_replace(p.part[1], '\m' || a.name || '\.', 'x.', 'g')
            end,
            '' order by p.place
        ) as expression
        from regexp_matches(found.expression, '''(?:[^'']|'''')*''|"(?:[^"]|"")*"\.?|[^''"]+', 'g') with ordinality as p (part, place)
    ) as replaced
    where (a.name ~ '^"' or a.name ~ '^[a-z_][a-z0-9_]*$')
        -- A second parameter, a subquery: then it is no expression over the row alone.
        and found.expression !~ '\$[0-9]|SubPlan|InitPlan|hashed';
$$;

revoke all on function freshet.key_expression(text, text, integer) from public, anon, authenticated;

comment on function freshet.key_expression(text, text, integer) is
    'The expression over a row x that a scan''s filter demands to equal the parameter; null where there is none.';

-- Object: freshet.key_expression()
-- Why: what a filter compares with the key becomes the body of a function over one row, so only a text whose meaning is
--      certain is taken.
create function freshet.key_expression(filter text, alias text, parameter integer)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select min(regexp_replace(found.expression, '\m' || key_expression.alias || '\.', 'x.', 'g'))
    from (
        select substr(c.condition, 2, length(c.condition) - length(format(' = $%s)', parameter)) - 1) as expression
        from freshet.filter_conjuncts(filter) as c (condition)
        where c.condition like format('(%% = $%s)', parameter)
    ) as found
    where alias ~ '^[a-z_][a-z0-9_]*$'
        -- An alias inside a literal, or inside a name, would be replaced too.
        and not exists (
            select
            from regexp_split_to_table(found.expression, '[''"]') with ordinality as p (part, place)
            where p.place % 2 = 0 and p.part ~ ('\m' || key_expression.alias || '\.')
        )
        -- A second parameter, a subquery: then it is no expression over the row alone.
        and found.expression !~ '\$[0-9]|SubPlan|InitPlan|hashed';
$$;

revoke all on function freshet.key_expression(text, text, integer) from public, anon, authenticated;

comment on function freshet.key_expression(text, text, integer) is
    'The expression over a row x that a scan''s filter demands to equal the parameter; null where there is none.';

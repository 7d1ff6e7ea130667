-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- supabase/schemas/core/incremental/filter_conjuncts.sql

-- Object: freshet.filter_conjuncts()
-- Why: EXPLAIN prints the filter of a scan as one text. Only a condition that holds for every row that passes the scan
--      is a proof, so it is taken apart at its outermost AND. A text that this function does not understand is returned
--      whole, and then proves nothing.
create or replace function freshet.filter_conjuncts(filter text)
returns setof text
language plpgsql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    -- "((a) AND (b))": the outermost parentheses belong to the AND. "(a = $1)" has one condition, and keeps them.
    body constant text := case when filter like '((%' then substr(filter, 2, length(filter) - 2) else filter end;
    depth integer := 0;
    -- The mark of the literal or the name that the letter is in. A doubled mark ends it, and begins it again.
    quoted_by text;
    started integer := 1;
    parts text[] := array[]::text[];
    letter text;
begin
    for place in 1..length(body) loop
        letter := substr(body, place, 1);
        if quoted_by is not null then
            quoted_by := nullif(quoted_by, letter);
        elsif letter in ('''', '"') then
            quoted_by := letter;
        elsif letter = '(' then
            depth := depth + 1;
        elsif letter = ')' then
            depth := depth - 1;
            if depth < 0 then
                return next filter;
                return;
            end if;
        elsif depth = 0 and substr(body, place, 5) = ' AND ' then
            parts := parts || substr(body, started, place - started);
            started := place + 5;
        elsif depth = 0 and substr(body, place, 4) = ' OR ' then
            return next filter;
            return;
        end if;
    end loop;
    if quoted_by is not null or depth <> 0 or cardinality(parts) = 0 then
        return next filter;
        return;
    end if;
    return query select p.part from unnest(parts || substr(body, started)) as p (part);
end
$$;

-- supabase/schemas/core/incremental/key_expression.sql

-- Object: freshet.key_expression()
-- Why: what a filter compares with the key becomes the body of a function over one row, so only a text whose meaning is
--      certain is taken.
create or replace function freshet.key_expression(filter text, alias text, parameter integer)
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
    -- Not inside a literal or a quoted name.
    cross join lateral (
        select string_agg(
            case when p.part[1] ~ '^[''"]' then p.part[1] else regexp_replace(p.part[1], '\m' || key_expression.alias || '\.', 'x.', 'g') end,
            '' order by p.place
        ) as expression
        from regexp_matches(found.expression, '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') with ordinality as p (part, place)
    ) as replaced
    where alias ~ '^[a-z_][a-z0-9_]*$'
        -- A second parameter, a subquery: then it is no expression over the row alone.
        and found.expression !~ '\$[0-9]|SubPlan|InitPlan|hashed';
$$;

reset check_function_bodies;

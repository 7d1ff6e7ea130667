-- Object: freshet.filter_conjuncts()
-- Why: EXPLAIN prints the filter of a scan as one text. Only a condition that holds for every row that passes the scan
--      is a proof, so it is taken apart at its outermost AND. A text that this function does not understand is returned
--      whole, and then proves nothing.
create function freshet.filter_conjuncts(filter text)
returns setof text
language plpgsql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
declare
    -- "((a = $1) AND b)": the outermost parentheses belong to the AND. "(a = $1)" has one condition, and keeps them.
    body constant text := case when filter like '(%)' then substr(filter, 2, length(filter) - 2) else filter end;
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

revoke all on function freshet.filter_conjuncts(text) from public, anon, authenticated;

comment on function freshet.filter_conjuncts(text) is
    'The conditions of a filter, as EXPLAIN prints it, that are joined by its outermost AND; the whole text where it cannot be read.';

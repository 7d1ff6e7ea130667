-- Object: freshet.row_condition()
-- Why: a page begins after the last row of the page before it, whatever was written in between. That is one condition
--      over several columns: {"op": "after", "columns": ["a", "b"], "values": [1, 2]} becomes (v.a, v.b) > (1, 2),
--      which an index over those columns answers. `before` is the same downwards.
create function freshet.row_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    names text;
    held_values text;
    is_possible boolean;
begin
    if jsonb_array_length(filter -> 'columns') is distinct from jsonb_array_length(filter -> 'values') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('filter "%s" has %s columns and %s values', filter ->> 'op',
                jsonb_array_length(filter -> 'columns'), jsonb_array_length(filter -> 'values'));
    end if;
    select
        string_agg(format('v.%I', p.name), ', ' order by p.place),
        string_agg(format('%L::%s', p.held, p.column_type), ', ' order by p.place),
        bool_and(freshet.can_hold(p.column_type, p.held))
    into strict names, held_values, is_possible
    from (
        select c.name, c.place, freshet.typed_column(relation, c.name), filter -> 'values' ->> (c.place - 1)::integer
        from jsonb_array_elements_text(filter -> 'columns') with ordinality as c (name, place)
    ) as p (name, place, column_type, held);
    -- No page ends with a value that the column cannot hold, so nothing comes after it.
    if not is_possible then
        return 'false';
    end if;
    return format('(%s) %s (%s)', names, case filter ->> 'op' when 'after' then '>' else '<' end, held_values);
end
$$;

revoke all on function freshet.row_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.row_condition(regclass, jsonb) is 'A comparison of rows as SQL, its names checked and its values quoted.';

-- Object: private.filter_condition(relation, filter), private.row_condition(), private.typed_column()
-- Why: the one place where a read request becomes SQL: names are checked against the catalogue, values are quoted.
--      A page begins after the last row of the one before it, whatever was written in between. That is one condition
--      over several columns: {"op": "after", "columns": ["a", "b"], "values": [1, 2]} becomes (v.a, v.b) > (1, 2), which
--      an index over those columns answers. `before` is the same downwards.

create function private.typed_column(relation regclass, column_name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    column_type text;
begin
    select format_type(a.atttypid, a.atttypmod) into column_type
    from pg_catalog.pg_attribute as a
    where a.attrelid = relation and a.attname = column_name and a.attnum > 0 and not a.attisdropped;
    if not found then
        raise exception using errcode = 'undefined_column', message = format('%s has no column "%s"', relation, column_name);
    end if;
    return column_type;
end
$$;
revoke all on function private.typed_column(regclass, text) from public, anon, authenticated;
comment on function private.typed_column(regclass, text) is 'The type of a column, as a cast wants it. Raises 42703 when there is no such column.';

create function private.row_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    names text;
    held_values text;
begin
    if jsonb_array_length(filter -> 'columns') is distinct from jsonb_array_length(filter -> 'values') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('filter "%s" has %s columns and %s values', filter ->> 'op',
                jsonb_array_length(filter -> 'columns'), jsonb_array_length(filter -> 'values'));
    end if;
    select
        string_agg(format('v.%I', c.name), ', ' order by c.place),
        string_agg(
            format('%L::%s', filter -> 'values' ->> (c.place - 1)::integer, private.typed_column(relation, c.name)), ', '
            order by c.place
        )
    into strict names, held_values
    from jsonb_array_elements_text(filter -> 'columns') with ordinality as c (name, place);
    return format('(%s) %s (%s)', names, case filter ->> 'op' when 'after' then '>' else '<' end, held_values);
end
$$;
revoke all on function private.row_condition(regclass, jsonb) from public, anon, authenticated;
comment on function private.row_condition(regclass, jsonb) is 'A comparison of rows as SQL, its names checked and its values quoted.';

create function private.filter_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    column_name constant text := filter ->> 'column';
    column_type text;
    operator constant text := case filter ->> 'op'
        when 'eq' then '=' when 'gt' then '>' when 'gte' then '>=' when 'lt' then '<' when 'lte' then '<='
        when 'in' then 'in'
    end;
begin
    if filter ->> 'op' in ('after', 'before') then
        return private.row_condition(relation, filter);
    end if;
    column_type := private.typed_column(relation, column_name);
    if operator is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown filter operator "%s"', filter ->> 'op'),
            hint = 'Known are eq, in, gt, gte, lt, lte, after, before.';
    end if;
    if operator = 'in' then
        return format(
            'v.%I = any (array(select jsonb_array_elements_text(%L::jsonb))::%s[])',
            column_name, filter -> 'value', column_type
        );
    end if;
    return format('v.%I %s %L::%s', column_name, operator, filter ->> 'value', column_type);
end
$$;
revoke all on function private.filter_condition(regclass, jsonb) from public, anon, authenticated;
comment on function private.filter_condition(regclass, jsonb) is
    'One filter of a read request as SQL, its names checked and its value quoted. after and before compare several columns with one row of values.';

-- Object: freshet.filter_condition()
-- Why: a scope is a list of the values that a caller may see, mostly a list of one. Written as an equality, a list of
--      one lets an index answer in the requested order, so that a page of a million rows is read from its beginning
--      instead of sorted.
create function freshet.filter_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    column_name constant text := filter ->> 'column';
    column_type text;
    operator constant text := case filter ->> 'op'
        when 'eq' then '=' when 'gt' then '>' when 'gte' then '>=' when 'lt' then '<' when 'lte' then '<='
        when 'in' then 'in'
    end;
    held jsonb;
begin
    if filter ->> 'op' in ('after', 'before') then
        return freshet.row_condition(relation, filter);
    end if;
    column_type := freshet.typed_column(relation, column_name);
    if operator is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown filter operator "%s"', filter ->> 'op'),
            hint = 'Known are eq, in, gt, gte, lt, lte, after, before.';
    end if;
    if operator = '=' and not freshet.can_hold(column_type, filter ->> 'value') then
        return 'false';
    end if;
    if operator <> 'in' then
        return format('v.%I %s %L::%s', column_name, operator, filter ->> 'value', column_type);
    end if;
    select jsonb_agg(e.held) into held
    from jsonb_array_elements_text(filter -> 'value') as e (held)
    where freshet.can_hold(column_type, e.held);
    if held is null then
        return 'false';
    end if;
    if jsonb_array_length(held) = 1 then
        return format('v.%I = %L::%s', column_name, held ->> 0, column_type);
    end if;
    return format(
        'v.%I = any (array(select jsonb_array_elements_text(%L::jsonb))::%s[])', column_name, held, column_type
    );
end
$$;

revoke all on function freshet.filter_condition(regclass, jsonb) from public, anon, authenticated;

comment on function freshet.filter_condition(regclass, jsonb) is
    'One filter of a read request as SQL, its names checked and its value quoted. after and before compare several columns with one row of values.';

-- Object: private.filter_condition() (replaced)
-- Why: a view holds what it held at its last refresh, also the rows of an organisation that has been deleted since. The operator
--      `listed` keeps the rows whose column is in a relation of schema analytics that has a column of the same name: what is
--      listed there no more is gone at once.

create or replace function private.filter_condition(relation regclass, filter jsonb)
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
begin
    if filter ->> 'op' in ('after', 'before') then
        return private.row_condition(relation, filter);
    end if;
    column_type := private.typed_column(relation, column_name);
    if filter ->> 'op' = 'listed' then
        return format(
            'exists (select from analytics.%1$I as l where l.%2$I = v.%2$I)', filter ->> 'value', column_name
        );
    end if;
    if operator is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown filter operator "%s"', filter ->> 'op'),
            hint = 'Known are eq, in, gt, gte, lt, lte, listed, after, before.';
    end if;
    if operator = 'in' and jsonb_array_length(filter -> 'value') = 1 then
        return format('v.%I = %L::%s', column_name, filter #>> '{value,0}', column_type);
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

-- Object: private.canonical_uuid(), private.claimed_uuid(), private.can_hold(), private.filter_condition(),
--         private.row_condition() (both replaced)
-- Why: users and organisations are text, as their identity provider issues them, and a column of uuids holds some of those
--      texts only. A text that a column cannot hold is the value of none of its rows: asking for it finds nothing, as
--      asking for a stranger's does, and is no error. A uuid is held in one spelling, so another spelling is another id.
--      "false" is a constant to the planner: a reading that is asked about such an id is not even called.

create function private.canonical_uuid(spelling text)
returns uuid
language sql
immutable
set search_path = ''
as $$
    select case when spelling ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then spelling::uuid end;
$$;
revoke all on function private.canonical_uuid(text) from public, anon, authenticated;
grant execute on function private.canonical_uuid(text) to authenticated;
comment on function private.canonical_uuid(text) is
    'The uuid that is written so; null for a text that no uuid is written as, such as the id of a user elsewhere.';

create function private.claimed_uuid(claim text)
returns uuid
language sql
stable
set search_path = ''
as $$
    select private.canonical_uuid(auth.jwt() ->> claim);
$$;
revoke all on function private.claimed_uuid(text) from public, anon, authenticated;
grant execute on function private.claimed_uuid(text) to authenticated;
comment on function private.claimed_uuid(text) is
    'A claim of the caller''s token as an id, null when it is none: for policies. auth.uid() raises for a user whose id is text.';

create function private.can_hold(column_type text, held text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    if held is null or column_type = 'text' then
        return true;
    end if;
    if column_type = 'uuid' then
        return private.canonical_uuid(held) is not null;
    end if;
    begin
        execute format('select %L::%s', held, column_type);
        return true;
    exception
        when data_exception then
            return false;
    end;
end
$$;
revoke all on function private.can_hold(text, text) from public, anon, authenticated;
comment on function private.can_hold(text, text) is 'Whether a column of the type may hold the value, in this spelling where the type is uuid.';

create or replace function private.filter_condition(relation regclass, filter jsonb)
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
    held jsonb;
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
    if operator = '=' and not private.can_hold(column_type, filter ->> 'value') then
        return 'false';
    end if;
    if operator <> 'in' then
        return format('v.%I %s %L::%s', column_name, operator, filter ->> 'value', column_type);
    end if;
    select jsonb_agg(e.held) into held
    from jsonb_array_elements_text(filter -> 'value') as e (held)
    where private.can_hold(column_type, e.held);
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

create or replace function private.row_condition(relation regclass, filter jsonb)
returns text
language plpgsql
stable
set search_path = ''
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
        bool_and(private.can_hold(p.column_type, p.held))
    into strict names, held_values, is_possible
    from (
        select c.name, c.place, private.typed_column(relation, c.name), filter -> 'values' ->> (c.place - 1)::integer
        from jsonb_array_elements_text(filter -> 'columns') with ordinality as c (name, place)
    ) as p (name, place, column_type, held);
    -- No page ends with a value that the column cannot hold: after it there is nothing.
    if not is_possible then
        return 'false';
    end if;
    return format('(%s) %s (%s)', names, case filter ->> 'op' when 'after' then '>' else '<' end, held_values);
end
$$;

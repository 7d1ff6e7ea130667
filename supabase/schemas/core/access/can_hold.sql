-- Object: freshet.can_hold()
-- Why: users and organisations are text, as their identity provider issues them, and a column of uuids holds some of those
--      texts only. A text that a column cannot hold is the value of none of its rows: asking for it finds nothing, as
--      asking for a stranger's does, and is no error. A uuid is held in one spelling, so another spelling is another id.
--      "false" is a constant to the planner: a reading that is asked about such an id is not even called.
create function freshet.can_hold(column_type text, held text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    if held is null or column_type = 'text' then
        return true;
    end if;
    if column_type = 'uuid' then
        return freshet.canonical_uuid(held) is not null;
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

revoke all on function freshet.can_hold(text, text) from public, anon, authenticated;

comment on function freshet.can_hold(text, text) is 'Whether a column of the type may hold the value, in this spelling where the type is uuid.';

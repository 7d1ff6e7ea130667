-- Object: freshet.can_hold()
-- Why: ids of users and organisations are text, as their identity provider issues them, but a uuid column can hold only
--      some of those texts. An id that the column cannot hold matches no row: the query finds nothing, as for an
--      unknown user, and raises no error. A uuid counts only in its canonical spelling; another spelling is another id.
--      The planner sees the result "false" as a constant, so a reading that filters on such an id is not even called.
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

comment on function freshet.can_hold(text, text) is
    'Whether a column of the type can hold the value; for uuid only in its canonical spelling.';

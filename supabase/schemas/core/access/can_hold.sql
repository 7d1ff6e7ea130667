create function private.can_hold(column_type text, held text)
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

create function private.asked_people(asked jsonb)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when jsonb_typeof(asked -> 'people') = 'array' then array(select jsonb_array_elements_text(asked -> 'people'))
    end;
$$;

revoke all on function private.asked_people(jsonb) from public, anon, authenticated;

comment on function private.asked_people(jsonb) is 'The people whom a reading may speak of; null for everybody.';

-- Object: freshet.asked_people()
-- Why: every reading of the pack filters its rows by the people whom the caller may see; see freshet.asked_orgs().
create function freshet.asked_people(asked jsonb)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when jsonb_typeof(asked -> 'people') = 'array' then array(select jsonb_array_elements_text(asked -> 'people'))
    end;
$$;

revoke all on function freshet.asked_people(jsonb) from public, anon, authenticated;

comment on function freshet.asked_people(jsonb) is 'The people whose rows a reading may return; null for everybody.';

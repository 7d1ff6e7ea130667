-- Object: freshet.asked_people()
-- Why: every reading of the pack narrows its rows by whom the question is about, so that an answer about one organisation
--      costs what one organisation has. Arrays, because an index answers them whether they hold one name or all.
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

comment on function freshet.asked_people(jsonb) is 'The people whom a reading may speak of; null for everybody.';

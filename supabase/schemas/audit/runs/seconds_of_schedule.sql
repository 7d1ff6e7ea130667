-- Object: freshet.seconds_of_schedule()
-- Why: whether a run lasted into the next slot depends on how close two slots can be.
create function freshet.seconds_of_schedule(schedule text)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Nothing else can be due more often than each minute.
    select coalesce(substring(schedule from '^\s*(\d{1,2})\s+seconds?\s*$')::integer, 60);
$$;

revoke all on function freshet.seconds_of_schedule(text) from public, anon, authenticated;

comment on function freshet.seconds_of_schedule(text) is
    'The shortest time between two slots that the schedule allows.';

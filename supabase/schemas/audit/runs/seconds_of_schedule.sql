-- Object: freshet.seconds_of_schedule()
-- Grain: one row per job that has run
-- Why: whether runs pile up, come near their limit or end too soon shows only beside the runs before them, and those
--      are not read again. What is needed of them is kept here, a few numbers a job.
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

comment on function freshet.seconds_of_schedule(text) is 'The shortest time between two slots that the schedule allows for.';

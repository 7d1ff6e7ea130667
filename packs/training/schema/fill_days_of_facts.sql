-- Object: freshet.fill_days_of_facts()
-- Why: a report joins the facts with the calendar, so a fact whose day is not in the calendar would be in no figure. An
--      attempt from before the calendar, or long after it, adds its own day: when it is written, by the backfill, and
--      nightly.
create function freshet.fill_days_of_facts(days date[])
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    added integer := 0;
    missing date;
begin
    -- In order, so that two writers of the same new days wait for each other without a deadlock.
    for missing in
        select distinct d.day
        from unnest(days) as d (day)
        where d.day is not null and not exists (select from analytics.dim_time as t where t.date_key = d.day)
        order by d.day
    loop
        added := added + freshet.fill_dim_time(missing, missing);
    end loop;
    return added;
end
$$;

revoke all on function freshet.fill_days_of_facts(date[]) from public, anon, authenticated;

comment on function freshet.fill_days_of_facts(date[]) is
    'Adds to analytics.dim_time those of these days that it lacks. Returns how many. Idempotent.';

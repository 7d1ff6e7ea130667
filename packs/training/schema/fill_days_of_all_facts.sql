-- Object: freshet.fill_days_of_all_facts()
-- Why: the nightly counterpart of freshet.fill_days_of_facts(), for facts that were written past the triggers.
create function freshet.fill_days_of_all_facts()
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.fill_days_of_facts(array(select distinct f.date_key from analytics.fact_scenario_attempts as f));
$$;

revoke all on function freshet.fill_days_of_all_facts() from public, anon, authenticated;

comment on function freshet.fill_days_of_all_facts() is
    'Adds to analytics.dim_time the days of all facts that it lacks. Returns how many. Idempotent.';

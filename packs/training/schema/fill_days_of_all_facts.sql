create function freshet.fill_days_of_all_facts()
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.fill_days_of_facts(array(select distinct f.date_key from analytics.fact_scenario_attempts as f));
$$;

revoke all on function freshet.fill_days_of_all_facts() from public, anon, authenticated;

comment on function freshet.fill_days_of_all_facts() is 'Adds the days of facts that analytics.dim_time lacks. Returns how many. Idempotent.';

-- Object: analytics.make_months_ahead()
-- Why: one job prepares the coming months: partitions of the facts, and days of the calendar.
create function analytics.make_months_ahead()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    today constant date := (now() at time zone 'UTC')::date;
    this_year constant date := date_trunc('year', today::timestamp)::date;
    last_day constant date := (this_year + interval '6 years')::date - 1;
begin
    -- Last month too: attempts arrive late.
    perform analytics.make_fact_partitions((today - interval '1 month')::date, (today + interval '12 months')::date);
    if not exists (select from analytics.dim_time as t where t.date_key = last_day) then
        perform freshet.fill_dim_time((this_year - interval '5 years')::date, last_day);
    end if;
    perform freshet.fill_days_of_all_facts();
end
$$;

revoke all on function analytics.make_months_ahead() from public, anon, authenticated;

comment on function analytics.make_months_ahead() is
    'Makes the partitions of fact_scenario_attempts from last month to twelve months ahead, and dim_time from five whole years back to five ahead, with every day that has a fact. Idempotent.';

select analytics.make_months_ahead();

select analytics.register_job(
    job_name => 'make-months-ahead',
    schedule => '10 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.make_months_ahead()'
);

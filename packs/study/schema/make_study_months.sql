-- Object: analytics.make_study_months()
-- Why: one job keeps the months of the log. Late events are accepted for two years, so that the months of two years exist;
--      three months ahead are enough, because the audit reports a job that fails within the day.
create function analytics.make_study_months()
returns integer
language sql
set search_path = pg_catalog, pg_temp
as $$
select analytics.make_study_partitions((t.today - interval '2 years')::date, (t.today + interval '3 months')::date)
from (select (now() at time zone 'UTC')::date as today) as t
$$;

revoke all on function analytics.make_study_months() from public, anon, authenticated;

comment on function analytics.make_study_months() is
    'Makes the partitions of public.study_events from the month two years ago to three months ahead. Returns how many it made. Idempotent.';

-- One statement with the registration of the job: a drafted migration would leave out one that only makes months.
select analytics.register_job(
    job_name => 'make-study-months',
    schedule => '15 0 * * *',
    command => 'set statement_timeout = ''5min''; set lock_timeout = ''5s''; select analytics.make_study_months()'
)
from analytics.make_study_months();

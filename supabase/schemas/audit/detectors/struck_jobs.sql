-- Object: analytics.struck_jobs
-- Grain: struck_jobs: one row per kind and job whose last run was struck from outside
-- Why: when pg_cron gets no connection or no worker, every job that was due fails. That is one incident about pg_cron,
--      which lasts until each of them has run again, and not one about each job.
create table analytics.struck_jobs (
    kind text not null references analytics.alert_kinds (kind),
    job_name text not null,
    runid bigint not null,
    message text,
    struck_at timestamptz not null,
    primary key (kind, job_name)
);

alter table analytics.struck_jobs enable row level security;

revoke all on table analytics.struck_jobs from public, anon, authenticated;

comment on table analytics.struck_jobs is 'Jobs whose last run was struck by what also strikes others; a row leaves when the job has run again.';

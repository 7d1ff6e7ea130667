-- Object: analytics.struck_jobs
-- Grain: one row per kind and job whose last run was struck from outside
-- Why: an incident about pg_cron lasts until each job that it struck has run again; see freshet.observe_struck_jobs().
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

comment on table analytics.struck_jobs is
    'Jobs whose last run was ended by a cause that also strikes others; a row is deleted when the job has run again.';

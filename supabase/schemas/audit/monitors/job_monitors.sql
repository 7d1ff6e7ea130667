-- Object: analytics.job_monitors
-- Grain: one row per job with a Sentry monitor of its own
-- Why: which run was sent last has to outlive the isolate that sent it; see analytics.scheduled_jobs.has_monitor.
create table analytics.job_monitors (
    job_name text primary key references analytics.scheduled_jobs (job_name) on delete cascade on update cascade,
    epoch integer not null,
    looked_runid bigint not null,
    last_runid bigint,
    last_status text check (last_status in ('ok', 'error')),
    told_runid bigint
);

alter table analytics.job_monitors enable row level security;

revoke all on table analytics.job_monitors from public, anon, authenticated;

comment on table analytics.job_monitors is 'The last check-in of each monitor.';

comment on column analytics.job_monitors.looked_runid is 'Runs of the job up to here have been looked at.';

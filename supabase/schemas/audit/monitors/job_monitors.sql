-- Object: analytics.job_monitors
-- Grain: job_monitors: one row per job with a Sentry monitor of its own
-- Why: a monitor for each job costs money and says little that an incident does not, so a job asks for one. A check-in
--      means "now" to Sentry: only the newest run is told, once, and again until it was taken.
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

comment on table analytics.job_monitors is 'What each monitor was told last.';

comment on column analytics.job_monitors.looked_runid is 'Runs of the job up to here were looked at.';

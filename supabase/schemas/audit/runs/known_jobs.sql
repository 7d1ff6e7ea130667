-- Object: analytics.known_jobs
-- Grain: one row per jobid ever seen in an epoch
-- Why: runs end and are listed after their job was unscheduled, and need its name.
create table analytics.known_jobs (
    epoch integer not null,
    jobid bigint not null,
    job_name text not null,
    last_seen_at timestamptz not null,
    primary key (epoch, jobid)
);

create index known_jobs_job_name_idx on analytics.known_jobs (job_name);

alter table analytics.known_jobs enable row level security;

revoke all on table analytics.known_jobs from public, anon, authenticated;

comment on table analytics.known_jobs is 'Names of jobids, kept after the job is unscheduled: its last runs still end.';

comment on column analytics.known_jobs.job_name is
    'As freshet.known_cron_jobs() calls it: cron.job.jobname, jobid:<n> for a job without a name, or "<name> of <owner>" for a second owner''s.';

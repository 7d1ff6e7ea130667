-- Object: analytics.known_jobs
-- Grain: audit_state: one row; known_jobs: one row per jobid ever seen in an epoch; open_runs: one row per run that has
--        not ended
-- Why: the history is read by runid, its only index. Every run at or below low_runid is either recorded as ended or
--      listed in open_runs, so a pass costs what is new, whatever the history has grown to.
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

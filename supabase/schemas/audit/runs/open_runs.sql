-- Object: analytics.open_runs
-- Grain: audit_state: one row; known_jobs: one row per jobid ever seen in an epoch; open_runs: one row per run that has
--        not ended
-- Why: the history is read by runid, its only index. Every run at or below low_runid is either recorded as ended or
--      listed in open_runs, so a pass costs what is new, whatever the history has grown to.
create table analytics.open_runs (
    epoch integer not null,
    runid bigint not null,
    job_name text not null,
    status text not null,
    job_pid integer,
    is_local boolean not null default true,
    started_at timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    given_up_at timestamptz,
    primary key (epoch, runid)
);

alter table analytics.open_runs enable row level security;

revoke all on table analytics.open_runs from public, anon, authenticated;

comment on table analytics.open_runs is 'Runs that had not ended when they were last read. They are read again by runid at every pass.';

comment on column analytics.open_runs.is_local is 'Whether its backend is one of this server: else nothing can be said about it.';

comment on column analytics.open_runs.given_up_at is 'When it was found to have no backend: it cannot end by itself, and how its row ends is no news.';

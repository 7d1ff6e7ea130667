-- Object: analytics.audit_state, analytics.known_jobs, analytics.open_runs
-- Grain: audit_state: one row; known_jobs: one row per jobid ever seen in an epoch; open_runs: one row per run that has
--        not ended
-- Why: the history is read by runid, its only index. Every run at or below low_runid is either recorded as ended or
--      listed in open_runs, so a pass costs what is new, whatever the history has grown to.

create table analytics.audit_state (
    is_singleton boolean primary key default true check (is_singleton),
    epoch integer not null default 1,
    system_identifier text not null,
    history_relation oid not null,
    low_runid bigint not null,
    pass_count bigint not null default 0,
    last_runid_seen bigint,
    canary_seen_at timestamptz not null default now(),
    last_audit_at timestamptz,
    last_outcome text check (last_outcome in ('ok', 'bad', 'unknown')),
    last_reasons jsonb not null default '[]'
);
alter table analytics.audit_state enable row level security;
revoke all on table analytics.audit_state from public, anon, authenticated;

comment on table analytics.audit_state is 'Where the audit stands: epoch, watermark, and how the last pass ended.';
comment on column analytics.audit_state.epoch is 'Moves by one when runids start again or the database is another one: runids compare within an epoch only.';
comment on column analytics.audit_state.system_identifier is 'Of the cluster: a restored or cloned database tells itself apart by it.';
comment on column analytics.audit_state.history_relation is 'OID of cron.job_run_details: another one means that the extension was created again.';
comment on column analytics.audit_state.low_runid is 'Watermark: runs up to here are recorded, or listed in open_runs.';
comment on column analytics.audit_state.last_runid_seen is 'The run at the watermark, while it is in the history: when it is gone by the next pass, someone deleted.';
comment on column analytics.audit_state.canary_seen_at is 'When the audit last saw a run of its own job, or began to look for one.';

create table analytics.known_jobs (
    epoch integer not null,
    jobid bigint not null,
    job_name text not null,
    last_seen_at timestamptz not null,
    primary key (epoch, jobid)
);
alter table analytics.known_jobs enable row level security;
revoke all on table analytics.known_jobs from public, anon, authenticated;

comment on table analytics.known_jobs is 'Names of jobids, kept after the job is unscheduled: its last runs still end.';
comment on column analytics.known_jobs.job_name is 'cron.job.jobname, or jobid:<n> for a job that was scheduled without a name.';

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

create function private.system_identifier()
returns text
language sql
stable
set search_path = ''
as $$
    select system_identifier::text from pg_catalog.pg_control_system();
$$;
revoke all on function private.system_identifier() from public, anon, authenticated;
comment on function private.system_identifier() is 'Identity of the cluster, as initdb gave it.';

-- What ran before the audit existed is not news.
insert into analytics.audit_state (system_identifier, history_relation, low_runid)
select private.system_identifier(), 'cron.job_run_details'::regclass::oid, coalesce(max(d.runid), 0)
from cron.job_run_details as d;

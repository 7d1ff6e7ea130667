-- Object: analytics.open_runs
-- Grain: one row per run that has not ended
-- Why: the watermark has passed these runs, so they are read again by runid until they end.
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

comment on column analytics.open_runs.is_local is
    'Whether its backend is a process of this server: otherwise its state is unknown.';

comment on column analytics.open_runs.given_up_at is
    'When it was found to have no backend: it cannot end by itself, and how its row ends later is ignored.';

-- Object: analytics.job_pace
-- Grain: one row per job that has run
-- Why: whether runs pile up, come near their limit or end too soon shows only in comparison with the runs before them,
--      and those are not read again. A few numbers for each job are kept here.
create table analytics.job_pace (
    job_name text primary key,
    last_runid bigint not null,
    last_started_at timestamptz,
    last_ended_at timestamptz,
    last_success_runid bigint,
    last_success_started_at timestamptz,
    queued_count integer not null default 0,
    recent_seconds numeric[] not null default '{}'
);

alter table analytics.job_pace enable row level security;

revoke all on table analytics.job_pace from public, anon, authenticated;

comment on table analytics.job_pace is 'How each job has been running lately, computed from the runs as they ended.';

comment on column analytics.job_pace.queued_count is 'Runs in a row that began as soon as the one before them ended, which had run into the next slot.';

comment on column analytics.job_pace.recent_seconds is 'Durations of the last 20 runs that succeeded, oldest first.';

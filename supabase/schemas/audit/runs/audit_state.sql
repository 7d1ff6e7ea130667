-- Object: analytics.audit_state
-- Grain: one row
-- Why: the history is read by runid, its only index. Every run at or below low_runid is either recorded as ended or
--      listed in analytics.open_runs, so a pass costs what is new, whatever the history has grown to.
-- Why judged_since: between the migrations and the deployment of the functions no audit runs, and jobs fail because a
--      secret is missing or find no function. What ended, was called or grew old before the first pass that sees the
--      history is not judged, however long that was. What is still wrong is reported as if everything had begun with
--      that pass.
-- Why batch_size: a pass ends within the time that the platform gives a statement. How much it reads at once depends on
--      how long the last read took.
-- Why answers_read_at, answers_last_id: reading of pg_net's answers continues where it ended, however long an outage
--      was.
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
    last_reasons jsonb not null default '[]',
    scheduler_resumed_at timestamptz,
    judged_since timestamptz,
    timeline integer not null default freshet.cluster_timeline(),
    batch_size integer not null default 10000 check (batch_size between 1 and 10000),
    failed_count integer not null default 0,
    failed_at timestamptz,
    failure text,
    answers_read_at timestamptz,
    answers_last_id bigint
);

alter table analytics.audit_state enable row level security;

revoke all on table analytics.audit_state from public, anon, authenticated;

comment on table analytics.audit_state is 'State of the audit: epoch, watermark, and how the last pass ended.';

comment on column analytics.audit_state.epoch is 'Moves by one when runids start again or the database is another one: runids compare within an epoch only.';

comment on column analytics.audit_state.system_identifier is
    'Of the cluster: a restored or cloned database is recognised by it.';

comment on column analytics.audit_state.history_relation is 'OID of cron.job_run_details: another one means that the extension was created again.';

comment on column analytics.audit_state.low_runid is 'Watermark: runs up to here are recorded, or listed in open_runs.';

comment on column analytics.audit_state.last_runid_seen is
    'The run at the watermark, while it is in the history: if it is gone by the next pass, it was deleted.';

comment on column analytics.audit_state.canary_seen_at is 'When the audit last saw a run of its own job, or began to look for one.';

comment on column analytics.audit_state.scheduler_resumed_at is
    'End of the last time in which no job started at all though the audit''s own is due every five minutes: stopped, frozen, or the clock jumped.';

comment on column analytics.audit_state.judged_since is
    'When the first pass that could read the history began: nothing that happened before counts. Null until then.';

comment on column analytics.audit_state.timeline is
    'Of the cluster: another value means that it was restored, or that a standby took over.';

comment on column analytics.audit_state.batch_size is
    'Runs that a pass reads at most: halved after a pass ran out of time, doubled after a quick one.';

comment on column analytics.audit_state.failed_count is
    'Calls of cron-audit in a row whose pass failed; 0 after one that succeeded.';

comment on column analytics.audit_state.failure is 'Why the last of them failed; null after one that succeeded.';

comment on column analytics.audit_state.answers_read_at is
    'When the answers of pg_net that no ledger row explains were last read.';

comment on column analytics.audit_state.answers_last_id is 'The last id that pg_net had given to a request by then.';

-- Runs from before the audit existed are not judged.
insert into analytics.audit_state (system_identifier, history_relation, low_runid)
select freshet.system_identifier(), 'cron.job_run_details'::regclass::oid, coalesce(max(d.runid), 0)
from cron.job_run_details as d;

-- Object: analytics.alert_kinds, analytics.findings, analytics.incidents
-- Grain: alert_kinds: one row per kind of finding; findings: one row per kind and subject, as last observed;
--        incidents: one row per time that a finding was bad, from opening to closing
-- Why: a finding says how things are; an incident says that this changed, which is what a person wants to hear, once.

create table analytics.alert_kinds (
    kind text primary key check (kind ~ '^[a-z][a-z_]*$'),
    severity text not null check (severity in ('fatal', 'error', 'warning', 'info')),
    has_job_thresholds boolean not null default false,
    summary text not null
);
alter table analytics.alert_kinds enable row level security;
revoke all on table analytics.alert_kinds from public, anon, authenticated;

comment on table analytics.alert_kinds is 'The vocabulary of the audit. Each kind has a page docs/runbook/<kind>.md.';
comment on column analytics.alert_kinds.has_job_thresholds is 'Whether the thresholds of analytics.scheduled_jobs count: they count runs, so only for kinds that are observed once a run.';

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values
    ('failed', 'error', true, 'A run of a job ended in failure.'),
    ('stale', 'error', false, 'The rows of a view are older than its objective.'),
    ('blind', 'fatal', false, 'The audit does not see its own job, so nothing that it does not see is healthy.'),
    ('history_lost', 'warning', false, 'Run history that the audit relied on is gone: created again, restored, or deleted.'),
    ('storm', 'fatal', false, 'More incidents opened in one pass than a person can read one by one.');

create table analytics.findings (
    kind text not null references analytics.alert_kinds (kind),
    subject text not null,
    state text not null check (state in ('ok', 'bad', 'unknown')),
    since timestamptz not null,
    bad_streak bigint not null,
    good_streak bigint not null,
    last_observed_at timestamptz not null,
    evidence jsonb not null,
    primary key (kind, subject)
);
alter table analytics.findings enable row level security;
revoke all on table analytics.findings from public, anon, authenticated;

comment on table analytics.findings is 'How each subject stands, by the last observation of each kind.';
comment on column analytics.findings.bad_streak is 'Consecutive bad observations; unknown ones neither count nor break it.';

create table analytics.incidents (
    incident_id bigint generated always as identity primary key,
    epoch integer not null,
    kind text not null references analytics.alert_kinds (kind),
    subject text not null,
    fingerprint text not null generated always as (kind || ':' || subject) stored,
    severity text not null,
    job_name text,
    cause_id bigint references analytics.incidents (incident_id),
    opened_at timestamptz not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    occurrence_count bigint not null,
    evidence jsonb not null,
    closed_at timestamptz,
    resolution text check (resolution in ('recovered', 'withdrawn', 'escalated')),
    announced_at timestamptz,
    recovery_announced_at timestamptz,
    check ((closed_at is null) = (resolution is null))
);
create unique index incidents_open_key on analytics.incidents (kind, subject) where closed_at is null;
create index incidents_recovery_idx on analytics.incidents (incident_id)
    where closed_at is not null and announced_at is not null and recovery_announced_at is null;
create index incidents_cause_idx on analytics.incidents (cause_id) where cause_id is not null;
create index incidents_closed_at_idx on analytics.incidents (closed_at);
alter table analytics.incidents enable row level security;
revoke all on table analytics.incidents from public, anon, authenticated;

comment on table analytics.incidents is 'What went wrong, from its opening to its closing. At most one open incident for a kind and subject.';
comment on column analytics.incidents.fingerprint is 'Stable across incidents: the alerts of one subject are one issue.';
comment on column analytics.incidents.job_name is 'The job that it is about, for muting; null when it is about no single job.';
comment on column analytics.incidents.cause_id is 'The incident that speaks for this one: it is announced instead.';
comment on column analytics.incidents.first_seen_at is 'First bad observation of the streak, which is earlier than opened_at under a threshold.';
comment on column analytics.incidents.occurrence_count is 'Bad observations so far.';
comment on column analytics.incidents.resolution is 'recovered: observed ok again; withdrawn: its subject no longer exists; escalated: it got worse, and another incident says so.';
comment on column analytics.incidents.announced_at is 'When an alert for its opening entered the outbox.';

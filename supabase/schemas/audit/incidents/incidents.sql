-- Object: analytics.incidents
-- Grain: one row per time that a finding was bad, from opening to closing
-- Why: a finding says how a subject is; an incident says that this changed, which a person wants to read once.
-- Why named_at: an incident that another one stands for is listed in the event of that one, once.
-- Why event_seed: a restored database counts on from an earlier number, so ids made of numbers alone would be the same
--      for two incidents, and the receiver would take the second for a repetition. A random part that is stored in the
--      incident's own row does not repeat, and a resend is still the same event.
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
    named_at timestamptz,
    event_seed uuid not null default gen_random_uuid(),
    opened_in_pass bigint not null default -1,
    closed_in_pass bigint,
    check ((closed_at is null) = (resolution is null))
);

create unique index incidents_open_key on analytics.incidents (kind, subject) where closed_at is null;

create index incidents_recovery_idx on analytics.incidents (incident_id)
    where closed_at is not null and announced_at is not null and recovery_announced_at is null;

create index incidents_cause_idx on analytics.incidents (cause_id) where cause_id is not null;

create index incidents_closed_at_idx on analytics.incidents (closed_at);

create index incidents_subject_idx on analytics.incidents (kind, subject, opened_at);

alter table analytics.incidents enable row level security;

revoke all on table analytics.incidents from public, anon, authenticated;

comment on table analytics.incidents is
    'Troubles from opening to closing. At most one open incident for a kind and subject.';

comment on column analytics.incidents.fingerprint is 'Stable across incidents: the alerts of one subject are one issue.';

comment on column analytics.incidents.job_name is
    'The job of the incident, for muting; null when it is about no single job.';

comment on column analytics.incidents.cause_id is 'The incident that stands for this one: it is announced instead.';

comment on column analytics.incidents.first_seen_at is 'First bad observation of the streak, which is earlier than opened_at under a threshold.';

comment on column analytics.incidents.occurrence_count is 'Bad observations so far.';

comment on column analytics.incidents.resolution is
    'recovered: observed ok again; withdrawn: its subject no longer exists; escalated: it got worse, and another incident continues it.';

comment on column analytics.incidents.announced_at is 'When an alert for its opening entered the outbox.';

comment on column analytics.incidents.named_at is 'When the event of the incident that stands for it listed it.';

comment on column analytics.incidents.event_seed is 'Random part of its event ids: numbers repeat after a restore, this does not.';

comment on column analytics.incidents.opened_in_pass is
    'audit_state.pass_count of that moment: an incident of a kind that is seen once a run does not close in the pass in which it opened.';

comment on column analytics.incidents.closed_in_pass is
    'audit_state.pass_count of that moment: an incident that closes in a pass and goes wrong again in it counts as never closed.';

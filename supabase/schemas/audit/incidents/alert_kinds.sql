-- Object: analytics.alert_kinds
-- Grain: alert_kinds: one row per kind of finding; findings: one row per kind and subject, as last observed;
--        incidents: one row per time that a finding was bad, from opening to closing
-- Why: a finding says how things are; an incident says that this changed, which is what a person wants to hear, once.
create table analytics.alert_kinds (
    kind text primary key check (kind ~ '^[a-z][a-z_]*$'),
    severity text not null check (severity in ('fatal', 'error', 'warning', 'info')),
    has_job_thresholds boolean not null default false,
    summary text not null,
    can_flap boolean not null default false
);

alter table analytics.alert_kinds enable row level security;

revoke all on table analytics.alert_kinds from public, anon, authenticated;

comment on table analytics.alert_kinds is 'The vocabulary of the audit. Each kind has a page docs/runbook/<kind>.md.';

comment on column analytics.alert_kinds.has_job_thresholds is 'Whether the thresholds of analytics.scheduled_jobs count: they count runs, so only for kinds that are observed once a run.';

comment on column analytics.alert_kinds.can_flap is 'Whether a third incident of a subject within its window opens as flapping. Never a kind that speaks for others.';

-- Object: analytics.alert_kinds
-- Grain: one row per kind of trouble
-- Why: severity and thresholds belong to the kind, not to the detector that finds it.
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

comment on column analytics.alert_kinds.has_job_thresholds is
    'Whether the thresholds of analytics.scheduled_jobs apply: they count runs, so only for kinds that are observed once a run.';

comment on column analytics.alert_kinds.can_flap is
    'Whether a third incident of a subject within its window opens as flapping. Never a kind that stands for others.';

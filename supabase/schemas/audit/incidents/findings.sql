-- Object: analytics.findings
-- Grain: one row per kind and subject, as last observed
-- Why: a finding says how a subject is; only a change is an incident. Streaks have to be counted between passes.
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

comment on table analytics.findings is 'State of each subject, by the last observation of each kind.';

comment on column analytics.findings.bad_streak is 'Consecutive bad observations; unknown ones neither count nor break it.';

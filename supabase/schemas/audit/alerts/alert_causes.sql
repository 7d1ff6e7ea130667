-- Object: analytics.alert_causes
-- Grain: one row per kind and cause: the kind of which it can be the consequence
-- Why reach: a cause must not silence incidents that have nothing to do with it. If an open cause covered everything
--      that opened meanwhile, one weekly job that was refused a connection would keep every stale view silent until
--      Monday. So a cause reaches only the jobs that it struck, for one period of each after its last strike.
create table analytics.alert_causes (
    kind text not null,
    cause text not null,
    rank integer not null,
    reach text not null check (reach in ('job', 'struck', 'lasting', 'once', 'owner')),
    primary key (kind, cause)
);

alter table analytics.alert_causes enable row level security;

revoke all on table analytics.alert_causes from public, anon, authenticated;

comment on column analytics.alert_causes.rank is 'Of several causes the one with the lowest rank is used.';

comment on table analytics.alert_causes is
    'Which kinds follow from which: an incident that opens within reach of an open cause is listed in the event of the cause, and sends no event of its own. Never one that is more severe than the cause.';

comment on column analytics.alert_causes.reach is
    'job: the same job, while the cause is open. struck: the jobs of analytics.struck_jobs, each for a period after its strike. lasting: every job, while the cause is open. once: every job, for a period after the last strike. owner: the jobs of the owner while the cause is open, the others for a period after it began.';

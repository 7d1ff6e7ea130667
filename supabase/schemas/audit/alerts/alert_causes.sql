-- Object: analytics.alert_causes
-- Grain: alert_causes: one row per kind and kind of which it is the consequence
-- Why: an incident is told when it opens and when it closes, and a flood of them is told as one. Written in the
--      transaction of the pass, so that an incident and its alert exist together or not at all.
-- Why : a cause that spoke for whatever opened while it was open swallowed what it had nothing to do with: one job that runs
--      weekly and was refused a connection kept every stale view silent until Monday. A cause reaches the jobs that it
--      struck, for one period of each after its last strike.
create table analytics.alert_causes (
    kind text not null,
    cause text not null,
    rank integer not null,
    reach text not null check (reach in ('job', 'struck', 'lasting', 'once', 'owner')),
    primary key (kind, cause)
);

alter table analytics.alert_causes enable row level security;

revoke all on table analytics.alert_causes from public, anon, authenticated;

comment on column analytics.alert_causes.rank is 'Of several causes the one with the lowest speaks.';

comment on table analytics.alert_causes is
    'Which kinds follow from which: an incident that opens within reach of an open cause is named by its event, and is no event of its own. Never one that is more severe than the cause.';

comment on column analytics.alert_causes.reach is
    'job: the same job, while it goes on. struck: the jobs of analytics.struck_jobs, each for a period after its strike. lasting: every job, while it goes on. once: every job, for a period after the last strike. owner: the jobs of the owner while it goes on, the others for a period after it began.';

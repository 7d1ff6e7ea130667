-- Object: analytics.alert_causes.reach (replaces is_of_same_job), private.usual_period(), private.last_strike()
-- Why: a cause that spoke for whatever opened while it was open swallowed what it had nothing to do with: one job that runs
--      weekly and was refused a connection kept every stale view silent until Monday. A cause reaches the jobs that it
--      struck, for one period of each after its last strike.

alter table analytics.alert_causes drop column is_of_same_job;
delete from analytics.alert_causes;
alter table analytics.alert_causes
add column reach text not null check (reach in ('job', 'struck', 'lasting', 'once', 'owner'));

comment on table analytics.alert_causes is
    'Which kinds follow from which: an incident that opens within reach of an open cause is named by its event, and is no event of its own. Never one that is more severe than the cause.';
comment on column analytics.alert_causes.reach is
    'job: the same job, while it goes on. struck: the jobs of analytics.struck_jobs, each for a period after its strike. lasting: every job, while it goes on. once: every job, for a period after the last strike. owner: the jobs of the owner while it goes on, the others for a period after it began.';

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('scheduler_gone', 'orphan_owner', 'lasting', 1),
    ('restarted', 'orphan_owner', 'lasting', 1),
    ('zombie', 'orphan_owner', 'lasting', 1),
    ('detached', 'orphan_owner', 'lasting', 1),
    ('blind', 'orphan_owner', 'lasting', 1),
    ('missed', 'orphan_owner', 'owner', 1),
    ('stale', 'orphan_owner', 'owner', 1),
    ('missed', 'scheduler_gone', 'lasting', 2),
    ('stale', 'scheduler_gone', 'lasting', 2),
    ('blind', 'scheduler_gone', 'lasting', 2),
    ('detached', 'scheduler_gone', 'lasting', 2),
    ('zombie', 'restarted', 'once', 3),
    ('detached', 'restarted', 'once', 3),
    ('stale', 'infrastructure', 'struck', 4),
    ('missed', 'infrastructure', 'struck', 4),
    ('missed', 'history_off', 'lasting', 5),
    ('failed', 'not_refreshable', 'job', 6),
    ('missed', 'stuck', 'job', 7),
    -- A time in which nothing was started leaves views old, and so does a job that does not do its work.
    ('stale', 'missed', 'once', 8),
    ('stale', 'missing', 'job', 9),
    ('stale', 'inactive', 'job', 9),
    ('stale', 'not_refreshable', 'job', 9),
    ('stale', 'stuck', 'job', 9),
    ('stale', 'failed', 'job', 9),
    ('stale', 'timed_out', 'job', 9),
    ('stale', 'http_failed', 'job', 9),
    -- How a job is written is part of what is said of it when it is broken.
    ('unset_timeout', 'failed', 'job', 10),
    ('bundled_refreshes', 'failed', 'job', 10),
    ('unset_timeout', 'timed_out', 'job', 10),
    ('bundled_refreshes', 'timed_out', 'job', 10);

insert into analytics.alert_causes (kind, cause, reach, rank)
select 'undeclared', k.kind, 'job', 11
from analytics.alert_kinds as k
where k.kind in (
    'failed', 'timed_out', 'http_failed', 'unknown_outcome', 'missed', 'stuck', 'zombie', 'pile_up', 'too_fast', 'near_timeout',
    'wrong_host', 'never_fires', 'bundled_refreshes', 'unset_timeout'
);

create function private.usual_period(job text)
returns interval
language sql
stable
set search_path = ''
as $$
    select coalesce(
        (select d.period from analytics.scheduled_jobs as d where d.job_name = usual_period.job),
        (select s.period from analytics.job_slots as s where s.job_name = usual_period.job),
        interval '1 hour'
    );
$$;
revoke all on function private.usual_period(text) from public, anon, authenticated;
comment on function private.usual_period(text) is 'Distance of a job''s runs: as declared, else as the calendar has it, else an hour.';

create function private.last_strike(cause analytics.incidents, reach text, job text)
returns timestamptz
language sql
stable
set search_path = ''
as $$
    select case
        when last_strike.reach = 'struck' then (
            select s.struck_at from analytics.struck_jobs as s where s.kind = cause.kind and s.job_name = last_strike.job
        )
        -- Each pass that finds it still so is a strike.
        when last_strike.reach = 'lasting' or cause.job_name = last_strike.job then cause.last_seen_at
        when last_strike.reach = 'owner' then case
            when exists (select from private.known_cron_jobs() as j where j.job_name = last_strike.job and j.owner = cause.subject)
                then cause.last_seen_at
            else cause.first_seen_at
        end
        when last_strike.reach = 'once' then case
            when cause.kind = 'restarted' then cause.last_seen_at
            -- Of no single job: no job was started at all. It stays open until the rarest of them has run.
            when cause.job_name is null then greatest(
                cause.first_seen_at, (select a.scheduler_resumed_at from analytics.audit_state as a)
            )
        end
    end;
$$;
revoke all on function private.last_strike(analytics.incidents, text, text) from public, anon, authenticated;
comment on function private.last_strike(analytics.incidents, text, text) is
    'When a cause last struck a job (null: what is about no job), by its reach; null when it did not.';

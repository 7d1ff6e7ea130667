-- Object: analytics.failed_answers, analytics.report_failed_answer(), analytics.report_answered(),
--         private.detect_failed_answers(), private.detect_views() (replaced); kind answer_failed
-- Grain: failed_answers: one row per resource whose answer has failed by a fault of ours
-- Why: a refresh may succeed and its rows still not fit their resource. Then every caller gets 500, and nothing in the database
--      knows. So the function says so, once a minute for each resource and isolate at most, without a word of what was asked.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('answer_failed', 'error', false, 'A resource cannot be answered: its callers get 500 or 503 by a fault of ours.');

create table analytics.failed_answers (
    resource text primary key check (resource ~ '^[a-z0-9_./-]{1,200}$'),
    first_failed_at timestamptz not null default clock_timestamp(),
    last_failed_at timestamptz not null default clock_timestamp(),
    failure_count bigint not null default 1,
    request_id uuid not null,
    defect text not null,
    last_answered_at timestamptz
);
alter table analytics.failed_answers enable row level security;
revoke all on table analytics.failed_answers from public, anon, authenticated;
comment on table analytics.failed_answers is 'What the functions reported of answers that failed. Written by report_failed_answer and report_answered; 1,000 resources at most.';
comment on column analytics.failed_answers.failure_count is 'Reports, not requests: an isolate reports a resource once a minute at most.';
comment on column analytics.failed_answers.request_id is 'Of the last reported failure: the function''s log has a line of it.';
comment on column analytics.failed_answers.defect is 'What was wrong, by its own words, scrubbed: never a value, never a person.';
comment on column analytics.failed_answers.last_answered_at is 'When an isolate that had reported a failure said that it answers again.';

create function analytics.report_failed_answer(resource text, request_id uuid, defect text)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not exists (select from analytics.failed_answers as f where f.resource = report_failed_answer.resource)
        and (select count(*) from analytics.failed_answers as f) >= 1000
    then
        return;
    end if;
    insert into analytics.failed_answers as f (resource, request_id, defect)
    values (report_failed_answer.resource, report_failed_answer.request_id, left(report_failed_answer.defect, 1000))
    on conflict on constraint failed_answers_pkey do update
    set last_failed_at = excluded.last_failed_at,
        failure_count = f.failure_count + 1,
        request_id = excluded.request_id,
        defect = excluded.defect;
end
$$;
revoke all on function analytics.report_failed_answer(text, uuid, text) from public, anon, authenticated;
grant execute on function analytics.report_failed_answer(text, uuid, text) to service_role;
comment on function analytics.report_failed_answer(text, uuid, text) is
    'A function says that it could not answer, by a fault of ours. Service role only. Not idempotent: it counts.';

create function analytics.report_answered(resource text)
returns void
language sql
security definer
set search_path = ''
as $$
    update analytics.failed_answers as f
    set last_answered_at = clock_timestamp()
    where f.resource = report_answered.resource;
$$;
revoke all on function analytics.report_answered(text) from public, anon, authenticated;
grant execute on function analytics.report_answered(text) to service_role;
comment on function analytics.report_answered(text) is
    'A function that has reported a failure of this resource says that it answers again. Service role only. Idempotent.';

create function private.detect_failed_answers()
returns void
language plpgsql
set search_path = ''
as $$
declare
    -- Whoever still meets the fault is told of within a minute of asking: this is fifteen such minutes in which nobody was.
    -- One answer alone proves little: it may be that of a caller whom the fault does not concern.
    quiet_after constant interval := interval '15 minutes';
    -- The isolate that could say that it answers again may be gone.
    forgotten_after constant interval := interval '1 day';
begin
    delete from analytics.failed_answers as f where f.last_failed_at < clock_timestamp() - interval '30 days';

    perform private.observe(
        kind => 'answer_failed',
        subject => f.resource,
        state => case
            when f.last_failed_at >= clock_timestamp() - quiet_after then 'bad'
            when f.last_answered_at > f.last_failed_at or f.last_failed_at < clock_timestamp() - forgotten_after then 'ok'
            else 'unknown'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', f.defect, 'request_id', f.request_id, 'failure_count', f.failure_count)
    )
    from analytics.failed_answers as f
    order by f.resource;

    perform private.withdraw_subjects('answer_failed', array(select f.resource from analytics.failed_answers as f));
end
$$;
revoke all on function private.detect_failed_answers() from public, anon, authenticated;
comment on function private.detect_failed_answers() is
    'Kind answer_failed: a resource that a function reported. Over after 15 minutes without a report, once it was answered again; after a day without one in any case.';

create or replace function private.detect_views()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.detect_not_refreshable();
    perform private.detect_unpopulated();
    perform private.watch_views();
    perform private.detect_source_stopped();
    perform private.detect_lock_wait();
    perform private.detect_bundled_refreshes();
    perform private.detect_unset_timeout();
    perform private.detect_default_partitions();
    perform private.detect_failed_answers();
end
$$;
comment on function private.detect_views() is
    'Kinds not_refreshable, unpopulated, not_refreshed, row_collapse, source_stopped, lock_wait, bundled_refreshes and unset_timeout, of the tables that views read default_partition_used, and of their answers answer_failed.';

-- Object: analytics.audit_detectors, private.detector_arrears, private.call_detector(),
--         private.keep_arrears(), private.run_detector(), private.note_detector(); kind detector_failed
-- Grain: audit_detectors: one row per detector; detector_arrears: one row per detector that has not been given all runs
-- Why: what one detector cannot bear must end neither the others nor what they found. Each runs in a savepoint of its own,
--      its failure is a finding, and the runs that it failed to take wait for it.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('detector_failed', 'error', false, 'A part of the audit failed: what it looks for is not seen, all else is.');

create table analytics.audit_detectors (
    detector text primary key check (detector ~ '^[a-z][a-z_]*$'),
    place integer not null unique,
    call text not null,
    needs_history boolean not null default true,
    was_skipped boolean not null default false,
    out_of_time_at timestamptz
);
alter table analytics.audit_detectors enable row level security;
revoke all on table analytics.audit_detectors from public, anon, authenticated;

comment on table analytics.audit_detectors is 'What a pass calls, in this order. A new detector is a row.';
comment on column analytics.audit_detectors.call is
    'Evaluated as "select <call>", with $1 the runs that ended, $2 the calendar, $3 why an epoch began, $4 when the pass began.';
comment on column analytics.audit_detectors.needs_history is 'Not called in a pass that could not read pg_cron''s history: what was not read is not over.';
comment on column analytics.audit_detectors.was_skipped is 'No time was left for it in the last pass: in the next one it comes before the others.';
comment on column analytics.audit_detectors.out_of_time_at is 'When the time of a pass ran out in it: until it manages, it comes after all others.';

insert into analytics.audit_detectors (place, detector, call, needs_history)
values
    -- What may be the cause of others comes first.
    (100, 'scheduler_gone', 'private.detect_scheduler_gone()', false),
    (110, 'history_off', 'private.detect_history_off()', false),
    (120, 'history_bloat', 'private.detect_history_bloat()', false),
    (200, 'declared_state', 'private.detect_declared_state($2)', false),
    (300, 'restarted', 'private.detect_restarts($1)', true),
    (310, 'infrastructure', 'private.detect_infrastructure($1)', true),
    (320, 'failed', 'private.detect_failed($1)', true),
    (400, 'pace', 'private.note_pace($1)', true),
    (410, 'timed_out', 'private.detect_timed_out($1)', true),
    (420, 'pile_up', 'private.detect_pile_up($1)', true),
    (430, 'near_timeout', 'private.detect_near_timeout()', true),
    (440, 'too_fast', 'private.detect_too_fast($1)', true),
    -- Without pg_read_all_stats no process is seen, and every run would look dead.
    (500, 'zombie', 'private.detect_zombies() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')', true),
    (510, 'stuck', 'private.detect_stuck() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')', true),
    (520, 'detached', 'private.detect_detached() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')', true),
    (600, 'missed', 'private.detect_missed($1, $2)', true),
    (700, 'read_only', 'private.detect_read_only()', false),
    (705, 'timezone_ignored', 'private.detect_timezone_ignored()', false),
    (710, 'not_refreshable', 'private.detect_not_refreshable()', false),
    (715, 'unpopulated', 'private.detect_unpopulated()', false),
    (720, 'view_watch', 'private.watch_views()', false),
    (725, 'source_stopped', 'private.detect_source_stopped()', false),
    (730, 'lock_wait', 'private.detect_lock_wait()', false),
    (735, 'bundled_refreshes', 'private.detect_bundled_refreshes()', false),
    (740, 'unset_timeout', 'private.detect_unset_timeout()', false),
    (745, 'refreshes', 'private.detect_refreshes()', false),
    (750, 'default_partitions', 'private.detect_default_partitions()', false),
    (755, 'failed_answers', 'private.detect_failed_answers()', false),
    (800, 'history_lost', 'private.detect_history_lost($3, $4)', true),
    (900, 'stale', 'private.detect_stale()', false),
    (1000, 'http', 'private.detect_http()', false);

drop function private.detect_scheduler();
drop function private.detect_pace(private.audited_run[]);
drop function private.detect_open_runs();

create table private.detector_arrears (
    detector text primary key references analytics.audit_detectors (detector) on delete cascade on update cascade,
    runs private.audited_run[] not null
);
alter table private.detector_arrears enable row level security;
revoke all on table private.detector_arrears from public, anon, authenticated;
comment on table private.detector_arrears is 'Runs that a detector has still to be given: the watermark has moved past them.';

create function private.is_passing(sqlstate text)
returns boolean
language sql
immutable
set search_path = ''
as $$
    -- Out of time, a lock that another holds, a deadlock.
    select sqlstate in ('57014', '55P03', '40P01', '40001');
$$;
revoke all on function private.is_passing(text) from public, anon, authenticated;
comment on function private.is_passing(text) is 'Whether what failed may well succeed the next time.';

create function private.call_detector(
    call text, runs private.audited_run[], calendar jsonb, new_epoch_reason text, pass_started_at timestamptz, time_ends_at timestamptz
)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    execute format('select %s', call) using runs, calendar, new_epoch_reason, pass_started_at;
    return null;
exception
    -- "others" leaves these two out.
    when query_canceled then
        -- The statement's time is over, once: what little follows it has none to be over. Who cancels by hand means the pass.
        if coalesce(clock_timestamp() < time_ends_at, true) then
            raise;
        end if;
        return jsonb_build_object('sqlstate', sqlstate, 'message', 'it used up the time of the pass', 'is_passing', true);
    when assert_failure or others then
        return jsonb_build_object(
            'sqlstate', sqlstate, 'message', left(sqlerrm, 2000), 'is_passing', private.is_passing(sqlstate)
        );
end
$$;
revoke all on function private.call_detector(text, private.audited_run[], jsonb, text, timestamptz, timestamptz)
    from public, anon, authenticated;
comment on function private.call_detector(text, private.audited_run[], jsonb, text, timestamptz, timestamptz) is
    'Calls one detector in a savepoint. Null, or how it failed; then nothing of what it wrote is left. time_ends_at: when the server ends the statement.';

create function private.keep_arrears(detector text, runs private.audited_run[])
returns void
language sql
set search_path = ''
as $$
    -- So many at most: what an outage of days leaves behind is not worth an outage of the audit. The newest say how things are.
    delete from private.detector_arrears as a where a.detector = keep_arrears.detector;
    insert into private.detector_arrears (detector, runs)
    select keep_arrears.detector, runs[greatest(1, cardinality(runs) - 19999):]
    where cardinality(runs) > 0;
$$;
revoke all on function private.keep_arrears(text, private.audited_run[]) from public, anon, authenticated;
comment on function private.keep_arrears(text, private.audited_run[]) is 'Keeps the runs that a detector is given the next time, instead of those that were kept for it. Idempotent.';

create function private.run_detector(
    detector analytics.audit_detectors, arrears private.audited_run[], runs private.audited_run[], calendar jsonb,
    new_epoch_reason text, pass_started_at timestamptz, time_ends_at timestamptz
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    takes_runs constant boolean := detector.call ~ '\$1\y';
    singly_until constant timestamptz := clock_timestamp() + interval '1 second';
    waiting private.audited_run[] := arrears || runs;
    -- One that ran out of time gets less at once.
    given_count integer := least(cardinality(waiting), case when detector.out_of_time_at is null then 20000 else 1000 end);
    refused_count integer := 0;
    failure jsonb;
    single_failure jsonb;
begin
    failure := private.call_detector(
        detector.call, waiting[1:given_count], calendar, new_epoch_reason, pass_started_at, time_ends_at
    );
    if not takes_runs then
        return failure;
    end if;

    if failure is not null then
        given_count := 0;
        -- What has failed twice is given one by one: a run that it cannot bear is left out, and takes no other one along.
        while not (failure ->> 'is_passing')::boolean and given_count < cardinality(arrears) and clock_timestamp() < singly_until loop
            single_failure := private.call_detector(
                detector.call, waiting[given_count + 1:given_count + 1], calendar, null, pass_started_at, time_ends_at
            );
            exit when (single_failure ->> 'is_passing')::boolean;
            given_count := given_count + 1;
            refused_count := refused_count + (single_failure is not null)::integer;
        end loop;
    end if;
    perform private.keep_arrears(detector.detector, waiting[given_count + 1:]);

    if refused_count > 0 then
        failure := failure || jsonb_build_object('message', format('%s; runs left out: %s', failure ->> 'message', refused_count));
    end if;
    return failure;
end
$$;
revoke all on function private.run_detector(
    analytics.audit_detectors, private.audited_run[], private.audited_run[], jsonb, text, timestamptz, timestamptz
) from public, anon, authenticated;
comment on function private.run_detector(
    analytics.audit_detectors, private.audited_run[], private.audited_run[], jsonb, text, timestamptz, timestamptz
) is
    'Gives a detector the runs that it has not taken yet, and the new ones. Null, or how it failed.';

create function private.note_detector(detector text, failure jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
    is_skipped constant boolean := coalesce((failure ->> 'is_skipped')::boolean, false);
    state_before text;
begin
    select f.state into state_before
    from analytics.findings as f
    where f.kind = 'detector_failed' and f.subject = note_detector.detector;

    update analytics.audit_detectors as d
    set was_skipped = is_skipped,
        out_of_time_at = case
            when is_skipped then d.out_of_time_at
            when failure ->> 'sqlstate' = '57014' then clock_timestamp()
        end
    where d.detector = note_detector.detector
        and (failure ->> 'sqlstate' is not distinct from '57014' or d.out_of_time_at is not null or d.was_skipped);

    -- What was never bad is no news; what may be over by itself is, when it comes twice.
    if failure is not null or state_before <> 'ok' then
        perform private.observe(
            kind => 'detector_failed',
            subject => detector,
            state => case
                when failure is null then 'ok'
                when (failure ->> 'is_passing')::boolean and coalesce(state_before, 'ok') = 'ok' then 'unknown'
                else 'bad'
            end,
            observed_at => clock_timestamp(),
            evidence => coalesce(failure, '{}') || jsonb_build_object('detector', detector)
        );
    end if;
end
$$;
revoke all on function private.note_detector(text, jsonb) from public, anon, authenticated;
comment on function private.note_detector(text, jsonb) is 'Kind detector_failed: how a detector ended; failure is null when it did its work.';

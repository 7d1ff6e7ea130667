-- Object: columns answers_read_at and answers_last_id of analytics.audit_state, private.failed_at(), private.note_lost_answers();
--         private.detect_untracked_answers() (replaced); row history_lost:net._http_response
-- Why: the detector looked back six hours at most, so that what a longer outage left was never judged. It goes on where it
--      ended. And what pg_net deleted before it was read is said, as a loss of history is.

alter table analytics.audit_state add column answers_read_at timestamptz, add column answers_last_id bigint;
comment on column analytics.audit_state.answers_read_at is 'When the answers of pg_net that no ledger row explains were read last.';
comment on column analytics.audit_state.answers_last_id is 'The last number that pg_net had given to a request by then.';

create function private.failed_at(evidence jsonb)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- One that never was is over before any other.
    select coalesce(private.run_time((evidence ->> 'failed_at')::timestamptz), '-infinity');
$$;
revoke all on function private.failed_at(jsonb) from public, anon, authenticated;
comment on function private.failed_at(jsonb) is 'The moment of the failed answer that a finding or an incident is about.';

create function private.note_lost_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    read_at constant timestamptz := clock_timestamp();
    kept_for constant interval := coalesce(nullif(current_setting('pg_net.ttl', true), ''), '6 hours')::interval;
    audit analytics.audit_state;
    queued bigint[] := array[]::bigint[];
    newest bigint;
    lost_count bigint;
    reason text;
begin
    select * into strict audit from analytics.audit_state;
    begin
        queued := array(select q.id from net.http_request_queue as q);
    exception
        when insufficient_privilege or undefined_table or undefined_column then
            null;
    end;
    select coalesce(
        (
            select case when has_sequence_privilege('net.http_request_queue_id_seq', 'select') then s.last_value end
            from pg_sequences as s
            where s.schemaname = 'net' and s.sequencename = 'http_request_queue_id_seq'
        ),
        -- Where we may not see it: the newest that is known of.
        greatest((select max(r.id) from net._http_response as r), (select max(q.id) from unnest(queued) as q (id)), 0)
    )
    into newest;

    -- While passes come more often than answers are deleted, none goes unread.
    if audit.answers_read_at < read_at - kept_for then
        if newest < audit.answers_last_id then
            reason := format(
                'pg_net''s numbers began again after %s, and the answers to HTTP calls of before are gone: whether one failed cannot be known', audit.answers_read_at
            );
        else
            select newest - audit.answers_last_id - count(*) into lost_count
            from (
                select r.id from net._http_response as r where r.id between audit.answers_last_id + 1 and newest
                union
                select q.id from unnest(queued) as q (id) where q.id between audit.answers_last_id + 1 and newest
                union
                -- The ledger knows of these, and says itself which outcome is unknown.
                select c.request_id
                from analytics.http_calls as c
                where c.request_id between audit.answers_last_id + 1 and newest and c.queued_at > audit.answers_read_at - interval '1 minute'
            ) as known;
            if lost_count > 0 then
                reason := format(
                    'as many as %s answers to HTTP calls were deleted before they were read, those from %s to %s: whether they failed will never be known',
                    lost_count, audit.answers_read_at, read_at - kept_for
                );
            end if;
        end if;
    end if;

    -- A loss is noticed once and is over: what comes after it is read as usual.
    if reason is not null or exists (
        select from analytics.findings as f where f.kind = 'history_lost' and f.subject = 'net._http_response' and f.state <> 'ok'
    ) then
        perform private.observe(
            'history_lost', 'net._http_response', case when reason is null then 'ok' else 'bad' end, read_at,
            jsonb_strip_nulls(jsonb_build_object('message', reason, 'lost_count', lost_count))
        );
    end if;
    update analytics.audit_state as s set answers_read_at = read_at, answers_last_id = newest;
end
$$;
revoke all on function private.note_lost_answers() from public, anon, authenticated;
comment on function private.note_lost_answers() is
    'Kind history_lost: answers of pg_net that were deleted before they were read. Notes how far they were read. Not idempotent: a loss is told once.';

create or replace function private.detect_untracked_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Passes overlap by more than a batch of pg_net lasts; what they see twice counts once.
    overlap constant interval := interval '15 minutes';
    -- Who calls without a job is not known to call again.
    quiet_after constant interval := interval '1 hour';
    since constant timestamptz := (
        -- From where it read to: what an outage left is judged for as long as pg_net keeps it.
        select greatest(private.judged_since(), coalesce(s.answers_read_at, s.last_audit_at) - overlap)
        from analytics.audit_state as s
    );
    is_watched constant boolean := exists (
        select from analytics.findings as f where f.kind = 'http_untracked' and f.state <> 'ok'
    );
    place record;
    known_bad text[];
    who text;
    told_until timestamptz;
    still_suspect text[];
    -- A database webhook calls when a row is written, whatever job runs then.
    or_trigger text;
begin
    perform private.note_lost_answers();
    if not is_watched and not exists (select from private.net_answers(since) as a where not a.is_ok) then
        return;
    end if;

    or_trigger := case
        when exists (
            select
            from pg_trigger as t
            join pg_proc as p on p.oid = t.tgfoid
            where not t.tgisinternal and t.tgenabled <> 'D'
                and (p.prosrc ~* '\mnet"?\s*\.\s*"?http_' or p.pronamespace = to_regnamespace('supabase_functions'))
        ) then '. Or a trigger made it: tables of this database have such triggers'
        else ''
    end;

    for place in select * from private.place_answers(since)
    loop
        if place.failed_count = 0 then
            -- No call of that minute failed, so none of theirs did.
            perform private.observe_untracked(f.subject, 'ok', array[f.subject], 1, private.failed_at(f.evidence), null, null)
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad'
                and f.subject = any (place.suspects)
                and private.failed_at(f.evidence) < place.slot;

            select array(
                select j.name from jsonb_array_elements_text(f.evidence -> 'jobs') as j (name) where j.name <> all (place.suspects)
            )
            into still_suspect
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad' and f.subject = 'pg_net'
                and private.failed_at(f.evidence) < place.slot;
            if found then
                -- Each of several has to be seen well: it may have been any of them.
                update analytics.findings as f
                set evidence = jsonb_set(f.evidence, '{jobs}', to_jsonb(still_suspect))
                where f.kind = 'http_untracked' and f.subject = 'pg_net';
            end if;
            continue;
        end if;

        known_bad := array(
            select f.subject from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad' and f.subject = any (place.suspects)
            order by f.subject
        );
        who := case cardinality(place.suspects) when 0 then 'no job' when 1 then place.suspects[1] else 'pg_net' end;
        -- As many failed as are known to fail: it was they. One more, and it was another one too.
        continue when who = 'pg_net' and place.failed_count <= cardinality(known_bad);

        select private.failed_at(f.evidence) into told_until
        from analytics.findings as f
        where f.kind = 'http_untracked' and f.subject = who;
        continue when told_until >= place.last_failed_at;
        -- Told of a job that was rewritten since.
        continue when who = 'no job' and exists (
            select
            from analytics.incidents as i
            where i.kind = 'http_untracked' and private.failed_at(i.evidence) >= place.last_failed_at
        );
        perform private.observe_untracked(
            who, 'bad', place.suspects, place.failed_count, place.last_failed_at, place.outcome,
            case who
                when 'no job' then format(
                    'an HTTP call of %s came to %s, and no job that calls pg_net ran then: a trigger (a database webhook) or a person made it',
                    place.last_failed_at, place.outcome
                )
                when 'pg_net' then format(
                    'HTTP calls of %s came to %s, and more than one job that calls pg_net itself ran then: %s',
                    place.last_failed_at, place.outcome, array_to_string(place.suspects[1:20], ', ')
                ) || or_trigger
                else format(
                    'the HTTP call of job "%s" of %s came to %s; it calls pg_net itself, so that its run counts as a success',
                    who, place.last_failed_at, place.outcome
                ) || or_trigger
            end
        );
    end loop;

    perform private.observe_untracked(f.subject, 'ok', array[]::text[], 1, private.failed_at(f.evidence), null, null)
    from analytics.findings as f
    where f.kind = 'http_untracked' and f.state = 'bad'
        and (
            (f.subject = 'no job' and private.failed_at(f.evidence) < clock_timestamp() - quiet_after)
            or (f.subject = 'pg_net' and jsonb_array_length(f.evidence -> 'jobs') = 0)
        );

    -- A job that was rewritten, or is gone, is judged by the ledger, or not at all.
    if private.is_audit_sighted() then
        perform private.withdraw_subjects('http_untracked', array['pg_net', 'no job'] || c.names)
        from (
            select array(
                select t.job_name from private.texts_of_jobs('\mnet"?\s*\.\s*"?http_(get|post|delete)"?\s*\(') as t
            ) as names
        ) as c;
    end if;
end
$$;

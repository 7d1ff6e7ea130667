-- Kind: http_untracked
-- Means: an HTTP call that bypassed the ledger failed.
-- Detector: below, with a row of its own, after freshet.detect_http() in audit/detectors/.
-- Why: pg_cron writes "succeeded" for such a job, and pg_net's answers do not name it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('http_untracked', 'error', false, false, 'An HTTP call that went past the ledger failed: pg_cron wrote "succeeded", and only pg_net knows.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1005, 'http_untracked',
    'freshet.detect_untracked_answers() where has_table_privilege(to_regclass(''net._http_response''), ''select'')',
    false
);

create function freshet.detect_untracked_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Passes overlap by more than a batch of pg_net lasts; an answer that two passes see counts once.
    overlap constant interval := interval '15 minutes';
    -- A caller without a job may never call again.
    quiet_after constant interval := interval '1 hour';
    since constant timestamptz := (
        -- From where the last pass stopped reading: what an outage left is judged for as long as pg_net keeps it.
        select greatest(freshet.judged_since(), coalesce(s.answers_read_at, s.last_audit_at) - overlap)
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
    perform freshet.note_lost_answers();
    if not is_watched and not exists (select from freshet.net_answers(since) as a where not a.is_ok) then
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

    for place in select * from freshet.place_answers(since)
    loop
        if place.failed_count = 0 then
            -- No call of that minute failed, so none of theirs did.
            perform freshet.observe_untracked(f.subject, 'ok', array[f.subject], 1, freshet.failed_at(f.evidence), null, null)
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad'
                and f.subject = any (place.suspects)
                and freshet.failed_at(f.evidence) < place.slot;

            select array(
                select j.name from jsonb_array_elements_text(f.evidence -> 'jobs') as j (name) where j.name <> all (place.suspects)
            )
            into still_suspect
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad' and f.subject = 'pg_net'
                and freshet.failed_at(f.evidence) < place.slot;
            if found then
                -- Each of several jobs must be seen well: it may have been any of them.
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
        -- As many failed as are known to fail: it was those. If one more failed, another job did too.
        continue when who = 'pg_net' and place.failed_count <= cardinality(known_bad);

        select freshet.failed_at(f.evidence) into told_until
        from analytics.findings as f
        where f.kind = 'http_untracked' and f.subject = who;
        continue when told_until >= place.last_failed_at;
        -- Reported for a job that was rewritten since.
        continue when who = 'no job' and exists (
            select
            from analytics.incidents as i
            where i.kind = 'http_untracked' and freshet.failed_at(i.evidence) >= place.last_failed_at
        );
        perform freshet.observe_untracked(
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

    perform freshet.observe_untracked(f.subject, 'ok', array[]::text[], 1, freshet.failed_at(f.evidence), null, null)
    from analytics.findings as f
    where f.kind = 'http_untracked' and f.state = 'bad'
        and (
            (f.subject = 'no job' and freshet.failed_at(f.evidence) < clock_timestamp() - quiet_after)
            or (f.subject = 'pg_net' and jsonb_array_length(f.evidence -> 'jobs') = 0)
        );

    -- A job that was rewritten, or is gone, is judged by the ledger, or not at all.
    if freshet.is_audit_sighted() then
        perform freshet.withdraw_subjects('http_untracked', array['pg_net', 'no job'] || c.names)
        from (
            select array(
                select t.job_name from freshet.texts_of_jobs('\mnet"?\s*\.\s*"?http_(get|post|delete)"?\s*\(') as t
            ) as names
        ) as c;
    end if;
end
$$;

revoke all on function freshet.detect_untracked_answers() from public, anon, authenticated;

comment on function freshet.detect_untracked_answers() is
    'Kind http_untracked: failed answers that no row of the ledger explains. Not idempotent: each failure is counted once.';

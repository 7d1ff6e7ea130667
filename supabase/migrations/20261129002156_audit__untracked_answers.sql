-- Object: private.detect_untracked_answers(), private.net_answers(), private.detect_http_calls()
--         (replaced); kind http_untracked
-- Why: a job that calls net.http_post itself gets 401 each minute, and pg_cron writes "succeeded". pg_net keeps the answer and
--      not who asked; but which jobs call it stands in their commands, and which of them ran then in the history. Where one
--      alone did it was that one; where several did they are named together.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('http_untracked', 'error', false, 'An HTTP call that went past the ledger failed: pg_cron wrote "succeeded", and only pg_net knows.');

create function private.net_answers(since timestamptz)
returns table (id bigint, created timestamptz, is_ok boolean, outcome text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.id, r.created, coalesce(r.status_code between 200 and 299, false),
        case
            when r.status_code is not null then r.status_code::text
            when coalesce(r.timed_out, private.tells_timeout(r.status_code, r.error_msg)) then 'timed out'
            else 'no answer'
        end
    from net._http_response as r
    where r.created > net_answers.since
        and not exists (
            select
            from analytics.http_calls as c
            where c.request_id = r.id and r.created >= c.queued_at - interval '1 minute'
        )
    order by r.created desc
    -- Database webhooks may make any number of them.
    limit 20000;
$$;
revoke all on function private.net_answers(timestamptz) from public, anon, authenticated;
comment on function private.net_answers(timestamptz) is 'Answers that pg_net holds to calls of which the ledger knows nothing, the newest 20,000.';

create function private.place_answers(since timestamptz)
returns table (slot timestamptz, suspects text[], failed_count bigint, last_failed_at timestamptz, outcome text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- An answer is stamped with the beginning of its batch: after its request was committed, and after the batch before.
    batch constant interval := interval '1 minute';
    skew constant interval := interval '5 seconds';
    has_history constant boolean := coalesce(current_setting('cron.log_run', true), 'on') <> 'off';
begin
    return query
    with answers as materialized (select a.* from private.net_answers(since) as a),

    callers as materialized (
        select distinct t.job_name, t.jobid
        from private.texts_of_jobs('\mnet"?\s*\.\s*"?http_(get|post|delete)"?\s*\(') as t
    ),

    runs as materialized (
        select c.job_name, d.start_time, coalesce(d.end_time, clock_timestamp()) as end_time
        from cron.job_run_details as d
        join callers as c on c.jobid = d.jobid
        where d.runid > (select max(m.runid) - 20000 from cron.job_run_details as m)
            and d.start_time is not null
            and coalesce(d.end_time, clock_timestamp()) > since - batch
    ),

    placed as (
        select
            date_trunc('minute', a.created) as slot, a.created, a.is_ok, a.outcome,
            case
                when has_history then array(
                    select distinct r.job_name
                    from runs as r
                    where r.start_time <= a.created + skew and r.end_time >= a.created - batch
                    order by r.job_name
                )
                -- Without a history any of them may have run.
                else array(select distinct c.job_name from callers as c order by c.job_name)
            end as suspects
        from answers as a
    )

    select
        p.slot, p.suspects, count(*) filter (where not p.is_ok), max(p.created) filter (where not p.is_ok),
        (array_agg(p.outcome order by p.created desc, p.outcome) filter (where not p.is_ok))[1]
    from placed as p
    group by p.slot, p.suspects
    order by p.slot, p.suspects;
end
$$;
revoke all on function private.place_answers(timestamptz) from public, anon, authenticated;
comment on function private.place_answers(timestamptz) is
    'Answers outside the ledger by minute, with the jobs that call pg_net themselves and ran then.';

create function private.observe_untracked(
    subject text, state text, jobs text[], failed_count bigint, failed_at timestamptz, outcome text, message text
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select private.observe(
        kind => 'http_untracked',
        subject => observe_untracked.subject,
        state => observe_untracked.state,
        observed_at => clock_timestamp(),
        evidence => jsonb_strip_nulls(jsonb_build_object(
            'job', case when cardinality(jobs) = 1 and jobs[1] = observe_untracked.subject then jobs[1] end,
            'jobs', to_jsonb(jobs[1:20]),
            'schedule', (select j.schedule from cron.job as j where j.jobname = observe_untracked.subject order by j.jobid limit 1),
            'severity', case when cardinality(jobs) = 0 then 'warning' end,
            'http_status', case when outcome ~ '^\d+$' then outcome::integer end,
            'failed_at', failed_at,
            'message', observe_untracked.message
        )),
        weight => greatest(failed_count, 1)
    );
$$;
revoke all on function private.observe_untracked(text, text, text[], bigint, timestamptz, text, text) from public, anon, authenticated;
comment on function private.observe_untracked(text, text, text[], bigint, timestamptz, text, text) is
    'Observes kind http_untracked of a job, of several that cannot be told apart ("pg_net"), or of none ("no job").';

create function private.detect_untracked_answers()
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
        select greatest(
            clock_timestamp() - interval '6 hours', private.judged_since(), coalesce(s.last_audit_at - overlap, '-infinity')
        )
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
            perform private.observe_untracked(f.subject, 'ok', array[f.subject], 1, (f.evidence ->> 'failed_at')::timestamptz, null, null)
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad'
                and f.subject = any (place.suspects)
                and (f.evidence ->> 'failed_at')::timestamptz < place.slot;

            select array(
                select j.name from jsonb_array_elements_text(f.evidence -> 'jobs') as j (name) where j.name <> all (place.suspects)
            )
            into still_suspect
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad' and f.subject = 'pg_net'
                and (f.evidence ->> 'failed_at')::timestamptz < place.slot;
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

        select (f.evidence ->> 'failed_at')::timestamptz into told_until
        from analytics.findings as f
        where f.kind = 'http_untracked' and f.subject = who;
        continue when told_until >= place.last_failed_at;
        -- Told of a job that was rewritten since.
        continue when who = 'no job' and exists (
            select
            from analytics.incidents as i
            where i.kind = 'http_untracked' and (i.evidence ->> 'failed_at')::timestamptz >= place.last_failed_at
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

    perform private.observe_untracked(f.subject, 'ok', array[]::text[], 1, (f.evidence ->> 'failed_at')::timestamptz, null, null)
    from analytics.findings as f
    where f.kind = 'http_untracked' and f.state = 'bad'
        and (
            (f.subject = 'no job' and (f.evidence ->> 'failed_at')::timestamptz < clock_timestamp() - quiet_after)
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
revoke all on function private.detect_untracked_answers() from public, anon, authenticated;
comment on function private.detect_untracked_answers() is
    'Kind http_untracked: failed answers that no row of the ledger explains. Not idempotent: each failure is counted once.';

create or replace function private.detect_http_calls()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    call analytics.http_calls;
    is_known boolean;
    judged_since constant timestamptz := private.judged_since();
begin
    -- In the order in which outcomes became known; a call by hand is seen by the hand, and one of before the first pass may
    -- have found no function yet, whenever its answer comes.
    for call in
        select c.*
        from analytics.http_calls as c
        where c.outcome <> 'pending' and not c.is_observed
        order by c.settled_at, c.call_id
        for update of c skip locked
    loop
        update analytics.http_calls as c set is_observed = true where c.call_id = call.call_id;
        continue when call.job_name is null or call.queued_at < judged_since;
        is_known := call.outcome <> 'unknown';

        -- Good news of what was never bad is no news, and is most of what there is to read.
        if not is_known or private.is_watched('unknown_outcome', call.job_name) then
            perform private.observe(
                kind => 'unknown_outcome',
                subject => call.job_name,
                state => case when is_known then 'ok' else 'bad' end,
                observed_at => call.settled_at,
                evidence => private.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
        -- What is not known neither breaks a streak of failures nor adds to it.
        continue when not is_known;
        if call.outcome = 'failed' or private.is_watched('http_failed', call.job_name) then
            perform private.observe(
                kind => 'http_failed',
                subject => call.job_name,
                state => case call.outcome when 'failed' then 'bad' else 'ok' end,
                observed_at => call.settled_at,
                evidence => private.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
    end loop;

    -- An audit that does not even see its own job cannot say that another one is gone.
    if private.is_audit_sighted() then
        perform private.withdraw_subjects(k.kind, known.subjects)
        from (values ('http_failed'), ('unknown_outcome')) as k (kind)
        cross join (
            select coalesce(array_agg(n.job_name), '{}') as subjects
            from (
                select j.job_name from private.known_cron_jobs() as j
                union
                select d.job_name from analytics.scheduled_jobs as d
            ) as n
        ) as known;
    end if;
end
$$;


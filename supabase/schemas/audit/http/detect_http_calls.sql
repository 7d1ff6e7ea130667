-- Object: freshet.detect_http_calls(), detector of kinds http_failed and unknown_outcome
-- Why: a function that is not deployed yet answers 404, and pg_net keeps that for six hours. Calls that were queued
--      before the first pass are not reported, even when their answer comes after it.
create function freshet.detect_http_calls()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    call analytics.http_calls;
    is_known boolean;
    judged_since constant timestamptz := freshet.judged_since();
begin
    -- In the order in which outcomes became known. The caller sees the result of a call by hand; a call from before the
    -- first pass may have found no function yet, whenever its answer comes.
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

        -- A good outcome of a call that was never bad changes nothing, and most outcomes are such.
        if not is_known or freshet.is_watched('unknown_outcome', call.job_name) then
            perform freshet.observe(
                kind => 'unknown_outcome',
                subject => call.job_name,
                state => case when is_known then 'ok' else 'bad' end,
                observed_at => call.settled_at,
                evidence => freshet.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
        -- An unknown outcome neither breaks a streak of failures nor adds to it.
        continue when not is_known;
        if call.outcome = 'failed' or freshet.is_watched('http_failed', call.job_name) then
            perform freshet.observe(
                kind => 'http_failed',
                subject => call.job_name,
                state => case call.outcome when 'failed' then 'bad' else 'ok' end,
                observed_at => call.settled_at,
                evidence => freshet.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
    end loop;

    -- An audit that does not see its own job cannot say that another job is gone.
    if freshet.is_audit_sighted() then
        perform freshet.withdraw_subjects(k.kind, known.subjects)
        from (values ('http_failed'), ('unknown_outcome')) as k (kind)
        cross join (
            select coalesce(array_agg(n.job_name), '{}') as subjects
            from (
                select j.job_name from freshet.known_cron_jobs() as j
                union
                select d.job_name from analytics.scheduled_jobs as d
            ) as n
        ) as known;
    end if;
end
$$;

revoke all on function freshet.detect_http_calls() from public, anon, authenticated;

comment on function freshet.detect_http_calls() is
    'Kinds http_failed and unknown_outcome, from calls that were settled since the last pass. Not idempotent: each outcome is observed once.';

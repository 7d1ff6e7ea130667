-- Object: freshet.settle_incidents()
-- Why: an incident may end without a new run, good or bad: it was over within the pass in which it opened, or a cause
--      that struck many jobs has long stopped striking. (A repair by a person ends one in freshet.close_repaired().)
create function freshet.settle_incidents()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        join analytics.findings as f on f.kind = i.kind and f.subject = i.subject
        where i.closed_at is null
            and i.kind <> 'flapping'
            and f.state = 'ok'
            and f.good_streak >= freshet.recovery_threshold(i.kind, i.evidence)
            and freshet.may_close(i)
        union all
        select i.incident_id
        from analytics.incidents as i
        join analytics.findings as f on f.kind = i.evidence ->> 'of_kind' and f.subject = i.subject
        where i.closed_at is null
            and i.kind = 'flapping'
            and f.state = 'ok'
            and i.last_seen_at < clock_timestamp() - freshet.flapping_window(i.evidence) / 2
        union all
        -- A weekly job need not have run again: another job has, and none was struck for a while.
        select i.incident_id
        from analytics.incidents as i
        cross join lateral (
            select max(s.runid) as runid, max(s.struck_at) as struck_at from analytics.struck_jobs as s where s.kind = i.kind
        ) as last
        where i.closed_at is null
            and last.struck_at < clock_timestamp() - interval '15 minutes'
            and i.last_seen_at < clock_timestamp() - interval '15 minutes'
            and exists (select from analytics.job_pace as p where p.last_success_runid > last.runid)
    ));
    select freshet.close_repaired();
$$;

revoke all on function freshet.settle_incidents() from public, anon, authenticated;

comment on function freshet.settle_incidents() is
    'Closes incidents that ended without a new observation, at the beginning of a pass: one that goes wrong again in this pass counts as never closed. Idempotent.';

-- Object: freshet.settle_incidents()
-- Why: three ways in which an incident ends without a new bad or good run: it was over within the pass in which it opened;
--      what struck many jobs has long stopped striking; a person repaired it. And two owners' jobs of one name are two jobs.
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
        -- A job that is due on Sundays need not have run again: another one has, and nothing was struck for a while.
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
    'Closes what is over without a new observation, at the beginning of a pass: what goes wrong again in it was never over. Idempotent.';

-- Object: freshet.close_repaired()
-- Why: three ways in which an incident ends without a new bad or good run: it was over within the pass in which it opened;
--      what struck many jobs has long stopped striking; a person repaired it. And two owners' jobs of one name are two jobs.
create function freshet.close_repaired()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        join analytics.views as v on v.job_name = i.job_name or v.view_name = i.subject
        where i.closed_at is null
            and (
                i.kind in ('failed', 'timed_out', 'stale', 'unpopulated')
                or i.kind = 'flapping' and i.evidence ->> 'of_kind' in ('failed', 'timed_out', 'stale')
            )
            -- Its schedule's own good runs are counted against the thresholds instead.
            and exists (
                select
                from analytics.refresh_log as l
                where l.view_name = v.view_name
                    and l.requested_by <> 'schedule'
                    and l.outcome in ('refreshed', 'skipped_clean')
                    and l.started_at > i.last_seen_at
            )
    ));
$$;

revoke all on function freshet.close_repaired() from public, anon, authenticated;

comment on function freshet.close_repaired() is
    'Closes what a refresh that was asked for has mended since it was last seen: by hand or through the queue. Idempotent.';

-- Object: freshet.close_repaired()
-- Why: a person who has repaired a view should not have to wait for the next run of a nightly job to see the incident
--      end.
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
            -- Good runs of its own schedule are counted against the thresholds instead.
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
    'Closes incidents that a requested refresh, by hand or through the queue, has repaired since they were last seen. Idempotent.';

-- Kind: slow_read
-- Means: the read path waited five seconds or more for the rows of a resource.
-- Why: the caller of such a read gets 503 or waits; a cached answer hides it from all others until the next refresh.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('slow_read', 'error', false, true, 'The database took five seconds or more to read the rows of a resource.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    756, 'slow_reads',
    'freshet.observe_findings(''slow_read'', array(select f from freshet.find_slow_reads() as f), array(select s.resource from analytics.slow_reads as s))',
    false
);

create function freshet.find_slow_reads()
returns setof freshet.audit_finding
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    delete from analytics.slow_reads as s where s.last_slow_at < clock_timestamp() - interval '30 days';

    return query
    select
        s.resource,
        jsonb_build_object(
            'message', format('a read of %s took %s seconds, 5 at most are expected', s.resource, round(s.read_ms / 1000.0, 1)),
            'resource', s.resource,
            'request_id', s.request_id,
            'read_ms', s.read_ms,
            'slow_count', s.slow_count
        )
    from analytics.slow_reads as s
    -- Most answers come from a cache, so a resource is read rarely: one fast hour is needed before it is over.
    where s.last_slow_at >= clock_timestamp() - interval '1 hour';
end
$$;

revoke all on function freshet.find_slow_reads() from public, anon, authenticated;

comment on function freshet.find_slow_reads() is
    'Kind slow_read: resources that a function reported within the last hour.';

-- Kind: replica_lost
-- Means: the address that FRESHET_READ_URL names has not answered as a replica should in two audits in a row.
-- Why: the primary answers all reads meanwhile, so no request fails and no other kind sees it; what the replica was for,
--      the primary's load, is gone.
-- Why two: a replica that is restarted misses one.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('replica_lost', 'warning', false, true, 'The address that reads are sent to does not answer as a replica should.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1036, 'replica_lost',
    'freshet.observe_findings(''replica_lost'', array(select f from freshet.find_replica_lost() as f), array(select ''read address'' from analytics.read_address as r where r.looked_at > clock_timestamp() - interval ''15 minutes''))',
    false
);

create function freshet.find_replica_lost()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        'read address',
        jsonb_build_object(
            'message', format('FRESHET_READ_URL %s, in %s audits in a row; the primary answers all reads', r.fault, r.fault_count),
            'looked_at', r.looked_at,
            'answered_at', r.answered_at,
            'lag_ms', r.lag_ms
        )
    from analytics.read_address as r
    where r.fault_count >= 2 and r.looked_at > clock_timestamp() - interval '15 minutes';
$$;

revoke all on function freshet.find_replica_lost() from public, anon, authenticated;

comment on function freshet.find_replica_lost() is
    'Kind replica_lost: the row of analytics.read_address with a fault in two audits or more. Nothing where no audit has looked for 15 minutes: the setting was removed.';

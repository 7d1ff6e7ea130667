-- Object: analytics.claim_heartbeat()
-- Why: the heartbeat of the audit is under the same limit as any monitor; see analytics.check_ins_asked.
create function analytics.claim_heartbeat()
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    -- No job has this name.
    select freshet.may_check_in('');
$$;

revoke all on function analytics.claim_heartbeat() from public, anon, authenticated;

grant execute on function analytics.claim_heartbeat() to service_role;

comment on function analytics.claim_heartbeat() is
    'Whether a check-in for the audit''s own monitor may be sent now: three times a minute at most, by all isolates. Service role only.';

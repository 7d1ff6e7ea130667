create function analytics.claim_heartbeat()
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    -- No job has this name.
    select private.may_check_in('');
$$;

revoke all on function analytics.claim_heartbeat() from public, anon, authenticated;

grant execute on function analytics.claim_heartbeat() to service_role;

comment on function analytics.claim_heartbeat() is
    'Whether the audit''s own monitor may be told something now: three times a minute at most, by all isolates. Service role only.';

-- Object: analytics.claim_heartbeat()
-- Grain: check_ins_asked: one row per monitor that was told something
-- Why: the receiver takes six check-ins a minute of a monitor and drops the others without a word, the newest among them.
--      Passes at once, or by hand, are many isolates, so the count is here. It is three, because a runtime sends again by
--      itself what it sent over a connection that then broke.
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
    'Whether the audit''s own monitor may be told something now: three times a minute at most, by all isolates. Service role only.';

-- Object: analytics.shrink_audit_batch()
-- Why: a pass that ran out of time rolls back, so the caller halves the batch in a transaction of its own.
create function analytics.shrink_audit_batch()
returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.audit_state as s set batch_size = greatest(s.batch_size / 2, 1) returning s.batch_size;
$$;

revoke all on function analytics.shrink_audit_batch() from public, anon, authenticated;

grant execute on function analytics.shrink_audit_batch() to service_role;

comment on function analytics.shrink_audit_batch() is
    'Halves the number of runs that a pass reads at most, after one that failed, and returns it. Service role only. Quick passes double it again.';

-- Object: analytics.shrink_audit_batch()
-- Why: a pass that fails takes all it found with it, its reason too. The caller writes that down in a transaction of its
--      own, where health, an alert and the next pass find it.
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
    'Halves what a pass reads at most, after one that failed, and answers it. Service role only. Passes that are quick double it again.';

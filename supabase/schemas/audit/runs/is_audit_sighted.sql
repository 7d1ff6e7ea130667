-- Object: freshet.is_audit_sighted()
-- Why: row security may hide cron.job without an error, so an empty list proves nothing.
create function freshet.is_audit_sighted()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (select from cron.job as j where j.jobname = 'analytics-cron-audit');
$$;

revoke all on function freshet.is_audit_sighted() from public, anon, authenticated;

comment on function freshet.is_audit_sighted() is
    'Whether the audit sees its own job: if not, it cannot say that another job is gone.';

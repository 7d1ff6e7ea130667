-- Object: freshet.is_audit_sighted()
-- Why: pg_stat_activity hides what belongs to others from a role without pg_read_all_stats, and hides it silently. What
--      cannot be seen is unknown: whoever asks these learns whether the answer means anything.
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
    'Whether the audit sees its own job: if not, it cannot say that another one is gone.';

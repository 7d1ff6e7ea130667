-- Object: freshet.judged_since()
-- Why: the audit judges nothing from before its first pass; see analytics.audit_state.judged_since.
create function freshet.judged_since()
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(s.judged_since, now()) from analytics.audit_state as s;
$$;

revoke all on function freshet.judged_since() from public, anon, authenticated;

comment on function freshet.judged_since() is
    'Nothing that happened before this moment counts; in the first pass, and before it, that is everything.';

-- Object: freshet.judged_since()
-- Why: between the migrations and the functions no audit runs, and jobs fail for want of a secret or find no function. The
--      first pass that sees begins the account: what ended, was called or grew old before it is not judged, however long
--      that was. What still stands is told when it would have been, had everything begun with that pass.
create function freshet.judged_since()
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(s.judged_since, now()) from analytics.audit_state as s;
$$;

revoke all on function freshet.judged_since() from public, anon, authenticated;

comment on function freshet.judged_since() is 'Nothing that happened before counts; in the first pass, and before it, that is everything.';

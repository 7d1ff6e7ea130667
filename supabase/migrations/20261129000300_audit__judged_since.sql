-- Object: analytics.audit_state.judged_since, private.judged_since()
-- Why: between the migrations and the functions no audit runs, and jobs fail for want of a secret or find no function. The
--      first pass that sees begins the account: what ended, was called or grew old before it is not judged, however long
--      that was. What still stands is told when it would have been, had everything begun with that pass.

alter table analytics.audit_state add column judged_since timestamptz;
comment on column analytics.audit_state.judged_since is
    'When the first pass that could read the history began: nothing that happened before counts. Null until then.';

-- Where passes were made before this column was, everything has been judged already.
update analytics.audit_state set judged_since = '-infinity' where last_audit_at is not null;

create function private.judged_since()
returns timestamptz
language sql
stable
set search_path = ''
as $$
    select coalesce(s.judged_since, now()) from analytics.audit_state as s;
$$;
revoke all on function private.judged_since() from public, anon, authenticated;
comment on function private.judged_since() is 'Nothing that happened before counts; in the first pass, and before it, that is everything.';

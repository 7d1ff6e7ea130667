create function private.judged_since()
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(s.judged_since, now()) from analytics.audit_state as s;
$$;

revoke all on function private.judged_since() from public, anon, authenticated;

comment on function private.judged_since() is 'Nothing that happened before counts; in the first pass, and before it, that is everything.';

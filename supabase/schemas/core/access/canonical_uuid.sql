-- Object: freshet.canonical_uuid()
-- Why: user ids are text and need not be uuids; see freshet.can_hold().
create function freshet.canonical_uuid(spelling text)
returns uuid
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case when spelling ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then spelling::uuid end;
$$;

revoke all on function freshet.canonical_uuid(text) from public, anon, authenticated;

grant execute on function freshet.canonical_uuid(text) to authenticated;

comment on function freshet.canonical_uuid(text) is
    'The text as a uuid; null unless it is the canonical spelling of one, for example for a user id of another identity provider.';

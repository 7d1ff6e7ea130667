-- Object: freshet.canonical_uuid()
-- Why: users and organisations are text, as their identity provider issues them, and a column of uuids holds some of those
--      texts only. A text that a column cannot hold is the value of none of its rows: asking for it finds nothing, as
--      asking for a stranger's does, and is no error. A uuid is held in one spelling, so another spelling is another id.
--      "false" is a constant to the planner: a reading that is asked about such an id is not even called.
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
    'The uuid that is written so; null for a text that no uuid is written as, such as the id of a user elsewhere.';

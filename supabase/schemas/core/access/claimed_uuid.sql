-- Object: freshet.claimed_uuid()
-- Why: users and organisations are text, as their identity provider issues them, and a column of uuids holds some of those
--      texts only. A text that a column cannot hold is the value of none of its rows: asking for it finds nothing, as
--      asking for a stranger's does, and is no error. A uuid is held in one spelling, so another spelling is another id.
--      "false" is a constant to the planner: a reading that is asked about such an id is not even called.
create function freshet.claimed_uuid(claim text)
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select freshet.canonical_uuid(freshet.caller_claims() ->> claim);
$$;

revoke all on function freshet.claimed_uuid(text) from public, anon, authenticated;

grant execute on function freshet.claimed_uuid(text) to authenticated;

comment on function freshet.claimed_uuid(text) is
    'A claim of the caller''s token as an id, null when it is none: for policies. auth.uid() raises for a user whose id is text.';

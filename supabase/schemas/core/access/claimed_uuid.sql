-- Object: freshet.claimed_uuid()
-- Why: auth.uid() raises for a user whose id is not a uuid, and a policy must not; see freshet.can_hold().
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
    'A claim of the caller''s token as a uuid, null if it is not one. For policies: auth.uid() raises for a user whose id is text.';

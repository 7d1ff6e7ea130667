create function private.claimed_uuid(claim text)
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select private.canonical_uuid(auth.jwt() ->> claim);
$$;

revoke all on function private.claimed_uuid(text) from public, anon, authenticated;

grant execute on function private.claimed_uuid(text) to authenticated;

comment on function private.claimed_uuid(text) is
    'A claim of the caller''s token as an id, null when it is none: for policies. auth.uid() raises for a user whose id is text.';

-- Object: freshet.caller_claims()
-- Why: the one place where the database reads who the caller is. The data API puts the claims of a verified token into
--      a setting; a direct session has none. user_metadata is never read: users can write it.
-- Why the owner's rights: users may not read freshet.token_issuers, which says how an outside issuer's claims are read.
create function freshet.caller_claims()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    select freshet.mapped_claims(nullif(current_setting('request.jwt.claims', true), '')::jsonb);
$$;

revoke all on function freshet.caller_claims() from public, anon, authenticated;

grant execute on function freshet.caller_claims() to authenticated, service_role;

comment on function freshet.caller_claims() is
    'The claims of the verified token, those of an outside issuer in the names and ids of this project; null in a direct session.';

-- Object: freshet.caller_claims()
-- Why: the one place where the database reads who the caller is. The data API puts the claims of a verified token into
--      a setting; a direct session has none. user_metadata is never read: users can write it.
create function freshet.caller_claims()
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select nullif(current_setting('request.jwt.claims', true), '')::jsonb;
$$;

revoke all on function freshet.caller_claims() from public, anon, authenticated;

grant execute on function freshet.caller_claims() to authenticated, service_role;

comment on function freshet.caller_claims() is 'The claims of the verified token; null in a direct session.';

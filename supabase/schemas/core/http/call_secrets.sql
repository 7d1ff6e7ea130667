-- Object: freshet.call_secrets()
-- Why: requests wait in a table of pg_net that every role can read. So none carries a key: it carries a signature that is
--      good for itself alone. The secret is made here, at random, is checked here, and never leaves the database.
create function freshet.call_secrets()
returns table (secret text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.decrypted_secret
    from vault.decrypted_secrets as s
    where s.name = 'freshet_call_secret'
        -- What was signed just before a rotation is on its way for as long as a signature is good.
        or s.name = 'freshet_call_secret_before' and s.updated_at > clock_timestamp() - interval '5 minutes';
$$;

revoke all on function freshet.call_secrets() from public, anon, authenticated;

comment on function freshet.call_secrets() is
    'The secrets that a scheduled call may be signed with: the one of now, and for five minutes the one before it.';

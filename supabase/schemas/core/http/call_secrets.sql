-- Object: freshet.call_secrets()
-- Why: after a rotation, calls that were signed just before it must still be accepted.
create function freshet.call_secrets()
returns table (secret text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.decrypted_secret
    from vault.decrypted_secrets as s
    where s.name = 'freshet_call_secret'
        -- A call signed just before a rotation may be on its way for as long as a signature is valid.
        or s.name = 'freshet_call_secret_before' and s.updated_at > clock_timestamp() - interval '5 minutes';
$$;

revoke all on function freshet.call_secrets() from public, anon, authenticated;

comment on function freshet.call_secrets() is
    'The secrets that may have signed a scheduled call: the current one, and for five minutes after a rotation the one before it.';

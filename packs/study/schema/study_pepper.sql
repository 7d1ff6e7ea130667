-- Object: freshet.study_pepper()
-- Why: a session id or user id that is hashed without a secret can be found again by hashing guesses. The secret is made
--      at random, at its first use, and stays in Vault. It is never renewed: with a new one an erased user's late events
--      would not be recognised. So one that was lost, as after a restore in another project, is not replaced silently.
create function freshet.study_pepper()
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    secret_name constant text := 'freshet_study_pepper';
    pepper text := freshet.vault_secret(secret_name);
begin
    if pepper is not null then
        return pepper;
    end if;
    -- Two first calls make one secret.
    perform pg_advisory_xact_lock(hashtextextended(secret_name, 0));
    pepper := freshet.vault_secret(secret_name);
    if pepper is not null then
        return pepper;
    end if;
    if exists (select from freshet.erasures) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('Vault has lost the secret "%s", by which the events of erased users are recognised', secret_name),
            hint = 'Create it with its former value. If that is lost: select vault.create_secret(encode(extensions.gen_random_bytes(32), ''hex''), ''freshet_study_pepper''); erased users'' late events are accepted from then on.';
    end if;
    pepper := encode(extensions.gen_random_bytes(32), 'hex');
    perform vault.create_secret(pepper, secret_name, 'Freshet: hashes session ids and the ids of erased users. Never renewed');
    return pepper;
end
$$;

revoke all on function freshet.study_pepper() from public, anon, authenticated, service_role;

comment on function freshet.study_pepper() is
    'The secret of session_hash and user_hash, made at its first use; 55000 if it was lost after a user was erased.';

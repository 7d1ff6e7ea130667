-- Object: analytics.rotate_call_secret()
-- Why: makes the secret that signs scheduled calls, at random and without showing it; see freshet.call_signature().
create function analytics.rotate_call_secret(keep_old boolean default true)
returns timestamptz
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    secret_name constant text := 'freshet_call_secret';
    old_name constant text := 'freshet_call_secret_before';
    old_secret text;
    known uuid;
    holds_until constant timestamptz := now() + interval '5 minutes';
begin
    begin
        old_secret := freshet.vault_secret(secret_name);
    exception
        -- Vault's key stays with the project that a backup came from. A secret that cannot be decrypted has signed
        -- nothing here.
        when others then
            raise warning 'the secret before cannot be read [%] and holds no longer', sqlstate;
    end;

    delete from vault.secrets as s where s.name = old_name;
    if keep_old and old_secret is not null then
        perform vault.create_secret(old_secret, old_name, 'Freshet: signed scheduled calls until the last rotation');
    end if;

    select s.id into known from vault.secrets as s where s.name = secret_name;
    if known is null then
        perform vault.create_secret(
            encode(extensions.gen_random_bytes(32), 'hex'), secret_name,
            'Freshet: signs scheduled calls. Renewed by analytics.rotate_call_secret()'
        );
    else
        perform vault.update_secret(known, encode(extensions.gen_random_bytes(32), 'hex'));
    end if;
    return case when keep_old and old_secret is not null then holds_until end;
end
$$;

revoke all on function analytics.rotate_call_secret(boolean) from public, anon, authenticated, service_role;

comment on function analytics.rotate_call_secret(boolean) is
    'From now on signs scheduled calls with a new random secret, which it does not show. Calls on their way are accepted until the returned moment; with keep_old => false they are refused. Not idempotent.';

select analytics.rotate_call_secret();

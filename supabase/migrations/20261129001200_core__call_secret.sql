-- Object: private.call_secrets(), private.call_signature(), analytics.rotate_call_secret(); secret freshet_call_secret of Vault
-- Why: requests wait in a table of pg_net that every role can read. So none carries a key: it carries a signature that is
--      good for itself alone. The secret is made here, at random, is checked here, and never leaves the database.

do $$
begin
    if to_regprocedure('extensions.hmac(bytea, bytea, text)') is null then
        create extension if not exists pgcrypto with schema extensions;
    end if;
    if to_regprocedure('extensions.hmac(bytea, bytea, text)') is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format(
                'extension pgcrypto is in schema "%s", and signing calls asks for extensions.hmac',
                (select e.extnamespace::regnamespace from pg_catalog.pg_extension as e where e.extname = 'pgcrypto')
            ),
            hint = 'alter extension pgcrypto set schema extensions;';
    end if;
end
$$;

create function private.call_secrets()
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
revoke all on function private.call_secrets() from public, anon, authenticated;
comment on function private.call_secrets() is
    'The secrets that a scheduled call may be signed with: the one of now, and for five minutes the one before it.';

create function private.call_signature(
    secret text, function_name text, call_id bigint, signed_at bigint, body_sha256 text
)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        extensions.hmac(
            convert_to(format(E'freshet-call-1\n%s\n%s\n%s\n%s', function_name, call_id, signed_at, body_sha256), 'UTF8'),
            decode(secret, 'hex'),
            'sha256'
        ),
        'hex'
    );
$$;
revoke all on function private.call_signature(text, text, bigint, bigint, text) from public, anon, authenticated;
comment on function private.call_signature(text, text, bigint, bigint, text) is
    'HMAC-SHA256 over what a scheduled call is: its function, its row in the ledger, its second and its body. In hex.';

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
        old_secret := private.vault_secret(secret_name);
    exception
        -- Vault's key stays with the project that a backup is of. What cannot be read has signed nothing here.
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
    'Signs scheduled calls with a new random secret from now on, which it does not show. Calls on their way hold until the moment that is returned; with keep_old => false they are refused. Not idempotent.';

select analytics.rotate_call_secret();

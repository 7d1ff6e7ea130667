-- Object: schemas analytics and freshet, and the extensions of the platform that they need
-- Why: everything derived is in analytics; freshet holds the security definer functions that signed-in users reach
--      through thin invoker wrappers, and is never exposed by the data API.

-- Each extension is checked by the object that Freshet calls, so that a project which already has it is left unchanged.
do $$
begin
    if to_regprocedure('cron.schedule(text, text, text)') is null then
        create extension if not exists pg_cron with schema pg_catalog;
    end if;
    if to_regnamespace('net') is null then
        create extension if not exists pg_net with schema extensions;
    end if;
    if to_regclass('vault.decrypted_secrets') is null then
        create extension if not exists supabase_vault with schema vault;
    end if;
end
$$;

-- pgcrypto signs scheduled calls; see freshet.call_signature().
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

create schema if not exists analytics;

create schema if not exists freshet;

revoke all on schema analytics from public;

revoke all on schema freshet from public;

grant usage on schema analytics to authenticated, service_role;

grant usage on schema freshet to authenticated, service_role;

-- For analytics.with_claims() in a custom access token hook.
grant usage on schema analytics to supabase_auth_admin;

comment on schema analytics is 'Freshet: views, registry, ledger and audit. Clients reach it through functions only.';

comment on schema freshet is
    'Freshet: security definer functions. Never listed in the exposed schemas of the data API.';

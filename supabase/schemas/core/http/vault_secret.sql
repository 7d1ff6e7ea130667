-- Object: freshet.vault_secret()
-- Why: host and secrets of scheduled calls are in Vault only, never in a job's command.
create function freshet.vault_secret(name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.decrypted_secret from vault.decrypted_secrets as s where s.name = vault_secret.name;
$$;

revoke all on function freshet.vault_secret(text) from public, anon, authenticated;

comment on function freshet.vault_secret(text) is 'A secret of Vault, null when none has the name.';

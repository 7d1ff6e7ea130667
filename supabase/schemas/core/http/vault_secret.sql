-- Object: freshet.vault_secret()
-- Why: scheduled HTTP calls go one way: to this project, with the key named cron, both from Vault, and through the
--      ledger. No key and no host ever stands in a job's command.
create function freshet.vault_secret(name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select s.decrypted_secret from vault.decrypted_secrets as s where s.name = vault_secret.name;
$$;

revoke all on function freshet.vault_secret(text) from public, anon, authenticated;

comment on function freshet.vault_secret(text) is 'A secret of Vault, null when there is none of the name.';

-- Object: private.secret_flaw(), private.detect_secrets(); kind secret_missing
-- Why: after a restore, a clone or a rotation the secrets of Vault are what is forgotten, and every HTTP job, the audit
--      among them, fails on it. Only what is wrong is said, never a value.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('secret_missing', 'fatal', false, 'A secret that HTTP jobs need is not in Vault, or cannot be right.');

create function private.secret_flaw(name text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    secret text;
begin
    secret := private.vault_secret(name);
    return case
        when secret is null then 'is missing in Vault'
        when secret !~ '\S' then 'is empty'
        -- Pasted with its line end: the header, or the address, is broken by it.
        when secret ~ '\s' then 'has white space in it'
        when name = 'project_url' and secret !~* '^https?://[^/]+/?$' then 'is no address of the kind https://<ref>.supabase.co'
    end;
exception
    when undefined_table or invalid_schema_name then
        return 'cannot be read: Vault is not installed';
    when others then
        return format('cannot be read [%s]', sqlstate);
end
$$;
revoke all on function private.secret_flaw(text) from public, anon, authenticated;
comment on function private.secret_flaw(text) is 'What is wrong with a secret that HTTP jobs need; null when nothing is.';

create function private.detect_secrets()
returns void
language sql
set search_path = ''
as $$
    select private.observe(
        kind => 'secret_missing',
        subject => s.name,
        state => case when s.flaw is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', s.name || ' ' || s.flaw)
    )
    from (
        select n.name, private.secret_flaw(n.name) as flaw
        from unnest(array['project_url', 'cron_secret_key']) as n (name)
    ) as s;
$$;
revoke all on function private.detect_secrets() from public, anon, authenticated;
comment on function private.detect_secrets() is 'Kind secret_missing: project_url and cron_secret_key in Vault.';

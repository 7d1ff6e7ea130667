-- Kind: secret_missing
-- Means: a secret that HTTP jobs need is not in Vault, or cannot be right.
-- Why: calls are signed with a secret that the database makes itself, so no API key can be missing: only the project's
--      address and that secret.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('secret_missing', 'fatal', false, false, 'A secret that HTTP jobs need is not in Vault, or cannot be right.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1020, 'secrets',
    'freshet.detect_secrets()',
    false
);

create function freshet.secret_flaw(name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    secret text;
begin
    secret := freshet.vault_secret(name);
    return case
        when secret is null then 'is missing in Vault'
        when secret !~ '\S' then 'is empty'
        -- Pasted with its line break, which breaks the address.
        when secret ~ '\s' then 'has white space in it'
        when name = 'project_url' and secret !~* '^https?://[^/]+/?$' then 'is no address of the kind https://<ref>.supabase.co'
        when name = 'freshet_call_secret' and secret !~ '^[0-9a-f]{64}$' then 'is not what analytics.rotate_call_secret() makes'
    end;
exception
    when undefined_table or invalid_schema_name then
        return 'cannot be read: Vault is not installed';
    when others then
        return format('cannot be read [%s]', sqlstate);
end
$$;

create function freshet.detect_secrets()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe(
        kind => 'secret_missing',
        subject => s.name,
        state => case
            when s.flaw is null then 'ok'
            -- The first pass may run before the secrets are entered by hand. If they are missing at the next one too,
            -- they were forgotten.
            when s.is_first then 'unknown'
            else 'bad'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', s.name || ' ' || s.flaw)
    )
    from (
        select
            n.name, freshet.secret_flaw(n.name) as flaw,
            coalesce(a.last_audit_at, '-infinity') < coalesce(a.judged_since, 'infinity') as is_first
        from unnest(array['project_url', 'freshet_call_secret']) as n (name)
        cross join analytics.audit_state as a
    ) as s;
    select freshet.withdraw_subjects('secret_missing', array['project_url', 'freshet_call_secret']);
$$;

revoke all on function freshet.secret_flaw(text) from public, anon, authenticated;

revoke all on function freshet.detect_secrets() from public, anon, authenticated;

comment on function freshet.secret_flaw(text) is 'What is wrong with a secret that HTTP jobs need; null when nothing is.';

comment on function freshet.detect_secrets() is 'Kind secret_missing: project_url and freshet_call_secret in Vault.';

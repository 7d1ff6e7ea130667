-- Object: private.secret_flaw(), private.detect_secrets(), private.why_not_audited() (replaced)
-- Why: calls are signed with a secret that the database makes itself, so the scheduler has no API key that could be missing.

create or replace function private.secret_flaw(name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    secret text;
begin
    secret := private.vault_secret(name);
    return case
        when secret is null then 'is missing in Vault'
        when secret !~ '\S' then 'is empty'
        -- Pasted with its line end: the address is broken by it.
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

create or replace function private.detect_secrets()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select private.observe(
        kind => 'secret_missing',
        subject => s.name,
        state => case
            when s.flaw is null then 'ok'
            -- The first pass may come before the secrets, by hand. When they lack at the next one too, they were forgotten.
            when s.is_first then 'unknown'
            else 'bad'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', s.name || ' ' || s.flaw)
    )
    from (
        select
            n.name, private.secret_flaw(n.name) as flaw,
            coalesce(a.last_audit_at, '-infinity') < coalesce(a.judged_since, 'infinity') as is_first
        from unnest(array['project_url', 'freshet_call_secret']) as n (name)
        cross join analytics.audit_state as a
    ) as s;
    select private.withdraw_subjects('secret_missing', array['project_url', 'freshet_call_secret']);
$$;
comment on function private.detect_secrets() is 'Kind secret_missing: project_url and freshet_call_secret in Vault.';

create or replace function private.why_not_audited()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select string_agg(n.name || ' ' || private.secret_flaw(n.name), ' and ' order by n.name)
            from unnest(array['project_url', 'freshet_call_secret']) as n (name)
            where private.secret_flaw(n.name) is not null
        ),
        (
            -- Each call saves the answer to the one before it.
            select format(
                'the call of %s UTC was answered %s%s', to_char(c.queued_at at time zone 'UTC', 'HH24:MI'),
                coalesce(c.status_code::text, 'by nothing'),
                case
                    when c.status_code = 404 then ', so cron-audit was not deployed then; the next call follows within five minutes'
                    when c.status_code in (401, 403) then ', so cron-audit did not take its signature: its log says why'
                    when c.status_code >= 500 then '; the log of cron-audit says why'
                    else '; the next call follows within five minutes'
                end
            )
            from analytics.http_calls as c
            where c.function_name = 'cron-audit' and c.harvested_at is not null
            order by c.call_id desc
            limit 1
        ),
        'job analytics-cron-audit makes the first within five minutes'
    );
$$;

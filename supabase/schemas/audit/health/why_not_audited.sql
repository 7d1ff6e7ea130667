-- Object: freshet.why_not_audited()
-- Why: until the first pass health is unknown; the person who deploys has to read what is still missing.
create function freshet.why_not_audited()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select string_agg(n.name || ' ' || freshet.secret_flaw(n.name), ' and ' order by n.name)
            from unnest(array['project_url', 'freshet_call_secret']) as n (name)
            where freshet.secret_flaw(n.name) is not null
        ),
        (
            -- Each call stores the answer to the one before it.
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

revoke all on function freshet.why_not_audited() from public, anon, authenticated;

comment on function freshet.why_not_audited() is 'What the first pass waits for, in words for /health.';

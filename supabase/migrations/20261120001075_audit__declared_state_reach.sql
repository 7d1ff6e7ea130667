-- Object: private.find_orphan_owners(), private.find_wrong_hosts(), private.find_never_firing()
-- Why: jobs that pg_cron accepted and that cannot do their work: nobody owns them, they call another project, or no
--      minute fits their schedule.

create function private.find_orphan_owners()
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    -- One cause, however many jobs: the subject is the role.
    select
        j.owner,
        jsonb_build_object(
            'owner', j.owner,
            'jobs', to_jsonb((array_agg(j.job_name order by j.jobid))[1:20]),
            'jobids', to_jsonb((array_agg(j.jobid order by j.jobid))[1:20]),
            'message', format(
                'role "%s" does not exist and owns %s jobs; pg_cron crashes when it looks the role up', j.owner, count(*)
            )
        )
    from private.known_cron_jobs() as j
    where not exists (select from pg_catalog.pg_roles as r where r.rolname = j.owner)
    group by j.owner;
$$;
revoke all on function private.find_orphan_owners() from public, anon, authenticated;
comment on function private.find_orphan_owners() is 'Owners of jobs that are no roles any more.';

create function private.url_host(url text)
returns text
language sql
immutable
set search_path = ''
as $$
    select lower((regexp_match(url, '^https?://(?:[^/@\s]*@)?([^/?#\s''":]+)', 'i'))[1]);
$$;
revoke all on function private.url_host(text) from public, anon, authenticated;
comment on function private.url_host(text) is 'Host name of a web address, without user, password and port.';

create function private.find_wrong_hosts()
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    with project as (
        select private.url_host(s.decrypted_secret) as host
        from vault.decrypted_secrets as s
        where s.name = 'project_url'
    ),
    addresses as (
        -- Other services are nobody's business: only what looks like a project is compared.
        select j.job_name, j.jobid, j.schedule, private.url_host(m.url[1]) as host
        from private.known_cron_jobs() as j
        cross join lateral regexp_matches(j.command, 'https?://[^\s''"]+', 'gi') as m (url)
        where m.url[1] ~* '^https?://[^/?#\s]+\.supabase\.(co|in|net)([:/?#]|$)' or m.url[1] ~ '/(functions|rest)/v1/'
    )
    select
        a.job_name,
        jsonb_build_object(
            'job', a.job_name,
            'schedule', min(a.schedule),
            'jobid', min(a.jobid),
            'message', format('job "%s" calls %s, and this project is %s', a.job_name, min(a.host), min(p.host))
        )
    from addresses as a
    join project as p on p.host <> a.host
    group by a.job_name;
$$;
revoke all on function private.find_wrong_hosts() from public, anon, authenticated;
comment on function private.find_wrong_hosts() is
    'Jobs whose command calls a project that is not the one of Vault''s project_url, as after a clone or a restore.';

create function private.find_never_firing(calendar jsonb)
returns setof private.audit_finding
language sql
stable
set search_path = ''
as $$
    select
        j.job_name,
        jsonb_build_object(
            'job', j.job_name,
            'schedule', j.schedule,
            'jobid', j.jobid,
            'message', format('no minute of the next eight years fits "%s"', j.schedule)
        )
    from jsonb_to_recordset(calendar -> 'jobs') as c (job_name text, schedule text, never_fires boolean)
    join private.known_cron_jobs() as j on j.job_name = c.job_name and j.schedule = c.schedule
    where c.never_fires;
$$;
revoke all on function private.find_never_firing(jsonb) from public, anon, authenticated;
comment on function private.find_never_firing(jsonb) is 'Jobs whose schedule has no slot, by the calendar that was computed for this pass.';

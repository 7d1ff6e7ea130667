-- Object: analytics.scheduled_jobs.cron_name, private.short_name(); private.known_cron_jobs(), private.find_orphan_owners(),
--         private.texts_of_jobs(), private.current_run(), private.open_call(), private.http_evidence(), private.observe_untracked() (replaced)
-- Why: pg_cron's key is the name and the owner, and a declaration had one of the two: of two owners' jobs of one name only
--      one could be declared. And a name may be longer than an index takes, which no part of the audit may fail of.

alter table analytics.scheduled_jobs add column cron_name text;
comment on column analytics.scheduled_jobs.cron_name is
    'Its name in pg_cron where that is another: job_name is "<name> of <owner>" for a second owner''s job, and short where the name is very long.';

create function private.short_name(name text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Names of jobs and owners are keys here, and a key holds less than three kilobytes.
    select case
        when octet_length(name) <= 200 then name
        else format('%s… sha256:%s', left(name, 40), left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 16))
    end;
$$;
revoke all on function private.short_name(text) from public, anon, authenticated;
comment on function private.short_name(text) is
    'The name itself, or of one of more than 200 bytes its beginning and a hash of the whole. The same for what it returned.';

create or replace function private.known_cron_jobs()
returns table (
    job_name text,
    jobid bigint,
    schedule text,
    command text,
    owner text,
    database text,
    active boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        -- Almost none is long, and a call for each job of each mention costs more than all else here.
        case when octet_length(k.told) <= 200 then k.told else private.short_name(k.told) end,
        k.jobid, k.schedule, k.command, k.username, k.database, k.active
    from (
        select
            case
                when d.job_name is not null then d.job_name
                -- Of those that are not declared: the audit's own, else the one that was there first; unless the name is taken.
                when j.username = first_value(j.username) over (
                    partition by n.job_name
                    order by coalesce(d.job_name = n.job_name, false) desc, (d.job_name is null) desc, (j.username = current_user) desc, j.jobid
                )
                    then n.job_name
                else format('%s of %s', n.job_name, j.username)
            end as told,
            j.jobid, j.schedule, j.command, j.username, j.database, j.active
        from cron.job as j
        cross join lateral (select coalesce(j.jobname::text, 'jobid:' || j.jobid) as job_name) as n
        left join (
            select distinct on (coalesce(s.cron_name, s.job_name), s.owner)
                s.job_name, s.owner::text as owner, coalesce(s.cron_name, s.job_name) as cron_name
            from analytics.scheduled_jobs as s
            order by coalesce(s.cron_name, s.job_name), s.owner, s.cron_name is not null, s.job_name
        ) as d on d.cron_name = n.job_name and d.owner = j.username
    ) as k;
$$;
comment on function private.known_cron_jobs() is
    'cron.job under the names by which the audit knows its jobs: as declared; of several owners'' jobs with one name, one has it and the others are "<name> of <owner>"; a very long name is shortened.';

create or replace function private.find_orphan_owners()
returns setof private.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- One cause, however many jobs: the subject is the role.
    select
        private.short_name(j.owner),
        jsonb_build_object(
            'owner', private.short_name(j.owner),
            'jobs', to_jsonb((array_agg(j.job_name order by j.jobid))[1:20]),
            'jobids', to_jsonb((array_agg(j.jobid order by j.jobid))[1:20]),
            'message', format(
                'role "%s" does not exist and owns %s jobs; pg_cron crashes when it looks the role up', private.short_name(j.owner), count(*)
            )
        )
    from private.known_cron_jobs() as j
    where not exists (select from pg_catalog.pg_roles as r where r.rolname = j.owner)
    group by j.owner;
$$;
update analytics.audit_detectors as d
set call = replace(d.call, 'distinct j.owner from', 'distinct private.short_name(j.owner) from')
where d.detector = 'orphan_owner';

create or replace function private.texts_of_jobs(pattern text)
returns table (job_name text, jobid bigint, schedule text, acts_as text, place text, text text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive candidates as materialized (
        select p.oid, p.proname::text as name, p.prosrc, case when p.prosecdef then pg_get_userbyid(p.proowner)::text end as definer
        from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname not in ('analytics', 'private', 'pg_catalog', 'information_schema', 'cron', 'net')
            and p.prokind in ('f', 'p')
    ),

    reached as (
        select c.oid, c.name, c.oid as source, c.definer, 1 as depth
        from candidates as c
        where c.prosrc ~* pattern
        union
        select c.oid, c.name, r.source, coalesce(r.definer, c.definer), r.depth + 1
        from reached as r
        join candidates as c
            on c.oid <> r.oid
            -- Cheaper than the pattern, which then has little left to look through.
            and strpos(lower(c.prosrc), lower(r.name)) > 0
            and c.prosrc ~* ('\m' || regexp_replace(r.name, '([^\w])', '\\\1', 'g') || '"?\s*\(')
        where r.depth < 3
    ),

    jobs as (
        select j.job_name, j.jobid, j.schedule, j.owner, j.command
        from private.known_cron_jobs() as j
        where j.active and j.database = current_database()
    ),

    found as (
        select j.job_name, j.jobid, j.schedule, j.owner as acts_as, 'its command' as place, j.command as text
        from jobs as j
        where j.command ~* pattern
        union
        select j.job_name, j.jobid, j.schedule, coalesce(r.definer, j.owner), 'function ' || r.source::regprocedure, s.prosrc
        from jobs as j
        join reached as r
            on strpos(lower(j.command), lower(r.name)) > 0
            and j.command ~* ('\m' || regexp_replace(r.name, '([^\w])', '\\\1', 'g') || '"?\s*\(')
        join candidates as s on s.oid = r.source
    )

    select f.job_name, f.jobid, f.schedule, f.acts_as, f.place, c.text
    from found as f
    -- What stands in a comment is not done.
    cross join lateral (
        select regexp_replace(regexp_replace(f.text, '--[^\n]*', ' ', 'g'), '/\*.*?\*/', ' ', 'g') as text
    ) as c
    where c.text ~* pattern;
$$;

create or replace function private.current_run(out runid bigint, out job_name text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- pg_cron tells a command nothing of its run; but the run knows the process and the command. By runid, its only
    -- index, and no further back than a run that has only just been started can be.
    select d.runid, j.job_name into current_run.runid, current_run.job_name
    from cron.job_run_details as d
    join private.known_cron_jobs() as j on j.jobid = d.jobid
    where d.runid > (select max(newest.runid) - 1000 from cron.job_run_details as newest)
        and d.job_pid = pg_backend_pid()
        and d.command = current_query()
    order by d.runid desc
    limit 1;

    -- Without history (cron.log_run = off), or called as the job would call: the command alone, where it is of one job.
    if not found then
        select min(j.job_name) into current_run.job_name
        from private.known_cron_jobs() as j
        where j.command = current_query()
        having count(*) = 1;
    end if;
exception
    -- A call matters more than knowing whose it is.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        null;
end
$$;

create or replace function private.open_call(callee text, deadline_in interval, awaits_completion boolean)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    run record;
    in_seconds boolean;
    new_call_id bigint;
begin
    -- Any role may put a trigger there, which would run as the owner of the function that queues. One that is about to be
    -- committed keeps the queue locked: the insert would wait for it and then fire it. So the wait comes first, and none is
    -- made from here on.
    lock table net.http_request_queue in row exclusive mode;
    if exists (select from private.find_net_triggers() as f where f.subject = 'net.http_request_queue') then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot invoke %s: a foreign trigger stands on net.http_request_queue', callee),
            hint = 'docs/runbook/net_tampered.md: see whose it is, and drop it.';
    end if;

    -- Each call saves the answers to those before it, so that none grows 6 hours old, even while no audit runs.
    begin
        perform private.harvest_responses();
    exception
        when others then
            raise warning 'answers to earlier calls were not saved [%]: %', sqlstate, sqlerrm;
    end;

    select * into run from private.current_run();
    in_seconds := exists (select from private.known_cron_jobs() as j where j.job_name = run.job_name and j.schedule ~ 'second');
    insert into analytics.http_calls (
        function_name, job_name, runid, planned_at, deadline_at, awaits_completion
    )
    values (
        regexp_replace(callee, '^function "(.*)"$', '\1'),
        run.job_name,
        run.runid,
        case when run.job_name is null then null when in_seconds then now() else date_trunc('minute', now()) end,
        clock_timestamp() + deadline_in,
        open_call.awaits_completion
    )
    returning call_id into new_call_id;
    return new_call_id;
end
$$;

create or replace function private.http_evidence(call analytics.http_calls)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'job', call.job_name,
        'schedule', private.schedule_of_job(call.job_name),
        'runid', call.runid,
        'call_id', call.call_id,
        'function', call.function_name,
        'http_status', call.status_code,
        'failure_class', private.http_failure_class(call),
        'planned_at', call.planned_at,
        'queued_at', call.queued_at,
        'message', case
            when call.outcome = 'unknown' and call.harvested_at is not null then format(
                '%s took call %s (%s) and had not reported its completion by %s',
                n.callee, call.call_id, coalesce(call.status_code::text, 'timed out'), call.deadline_at
            )
            when call.outcome = 'unknown' then format(
                'no answer of %s to call %s was stored by %s, and no completion written: whether it ran is not known',
                n.callee, call.call_id, call.deadline_at
            )
            when call.completion = 'failed' then concat_ws(
                ': ', format('%s reported that it failed', n.callee), call.completion_detail
            )
            when call.is_timed_out then format('%s did not answer in time: %s', n.callee, call.error)
            when call.status_code is null then format('no answer from %s: %s', n.callee, call.error)
            else format('%s answered %s%s', n.callee, call.status_code, ' (' || call.answer_code || ')')
        end
    )
    from (
        select case
            when call.function_name like '//%' then format('host %s', substr(call.function_name, 3))
            else format('function "%s"', call.function_name)
        end as callee
    ) as n;
$$;

create or replace function private.observe_untracked(
    subject text, state text, jobs text[], failed_count bigint, failed_at timestamptz, outcome text, message text
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select private.observe(
        kind => 'http_untracked',
        subject => observe_untracked.subject,
        state => observe_untracked.state,
        observed_at => clock_timestamp(),
        evidence => jsonb_strip_nulls(jsonb_build_object(
            'job', case when cardinality(jobs) = 1 and jobs[1] = observe_untracked.subject then jobs[1] end,
            'jobs', to_jsonb(jobs[1:20]),
            'schedule', private.schedule_of_job(observe_untracked.subject),
            'severity', case when cardinality(jobs) = 0 then 'warning' end,
            'http_status', case when outcome ~ '^\d+$' then outcome::integer end,
            'failed_at', failed_at,
            'message', observe_untracked.message
        )),
        weight => greatest(failed_count, 1)
    );
$$;

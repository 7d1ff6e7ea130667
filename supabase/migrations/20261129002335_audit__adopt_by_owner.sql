-- Object: private.adopt_jobid(); analytics.adopt_job(), analytics.adopt_all_jobs(), analytics.restore_job(), analytics.list_jobs(),
--         analytics.list_runs() (replaced)
-- Why: a job is its name and its owner, so each of two owners' jobs of one name can be declared, is listed by itself, and is
--      restored by no other role than its own.

create function private.adopt_jobid(jobid bigint, declared_as text, late_after interval, max_runtime interval)
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- What is declared already goes on under its name. Thresholds, severity, mute and pause are the operator's.
    insert into analytics.scheduled_jobs as d (
        job_name, cron_name, schedule, command, command_fingerprint, owner, database, late_after, max_runtime, recovery_threshold
    )
    select
        n.job_name, nullif(j.jobname::text, n.job_name), j.schedule, j.command, private.command_fingerprint(j.command), j.username,
        j.database, adopt_jobid.late_after, adopt_jobid.max_runtime, null
    from cron.job as j
    cross join lateral (
        select coalesce(
            (
                select o.job_name
                from analytics.scheduled_jobs as o
                where coalesce(o.cron_name, o.job_name) = j.jobname and o.owner::text = j.username
                order by o.cron_name is not null, o.job_name
                limit 1
            ),
            private.short_name(declared_as)
        ) as job_name
    ) as n
    where j.jobid = adopt_jobid.jobid
    limit 1
    on conflict on constraint scheduled_jobs_pkey do update
    set cron_name = excluded.cron_name,
        schedule = excluded.schedule,
        command = excluded.command,
        command_fingerprint = excluded.command_fingerprint,
        owner = excluded.owner,
        database = excluded.database,
        late_after = excluded.late_after,
        max_runtime = excluded.max_runtime,
        min_runtime = null,
        period = null,
        declared_at = excluded.declared_at
    returning d.job_name;
$$;
revoke all on function private.adopt_jobid(bigint, text, interval, interval) from public, anon, authenticated;
comment on function private.adopt_jobid(bigint, text, interval, interval) is
    'Declares one row of cron.job as it stands, under that name unless it has one, which it returns. Idempotent.';

create or replace function analytics.adopt_job(
    job_name text,
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes',
    owner name default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    declared_as text := job_name;
    -- By pg_cron's name, else by the one that the audit tells.
    jobids bigint[] := array(
        select j.jobid from cron.job as j
        where j.jobname = adopt_job.job_name and (adopt_job.owner is null or j.username = adopt_job.owner)
    );
    owners text[];
begin
    if jobids <> '{}' and exists (
        -- The declared owner's job has the plain name for as long as it is there.
        select
        from analytics.scheduled_jobs as d
        join cron.job as o on o.jobname = d.job_name and o.username = d.owner
        where d.job_name = adopt_job.job_name and o.jobid <> all (jobids)
    ) then
        declared_as := (select format('%s of %s', j.jobname, j.username) from cron.job as j where j.jobid = jobids[1] limit 1);
    elsif jobids = '{}' then
        jobids := array(
            select k.jobid
            from private.known_cron_jobs() as k
            join cron.job as j on j.jobid = k.jobid
            where j.jobname is not null
                and adopt_job.job_name in (k.job_name, private.job_label(k.job_name, k.owner))
                and (adopt_job.owner is null or k.owner = adopt_job.owner)
        );
    end if;
    if cardinality(jobids) <> 1 then
        owners := array(select j.username from cron.job as j where j.jobid = any (jobids) order by j.username);
        raise exception using
            errcode = 'no_data_found',
            message = format(
                'cannot adopt job "%s"%s: cron.job has %s jobs of that name, not one%s', job_name,
                ' of "' || adopt_job.owner || '"', cardinality(jobids), ' (of ' || nullif(array_to_string(owners, ', '), '') || ')'
            ),
            hint = 'Of two with one name, say whose: owner => ''<role>''. A job without a name is unscheduled by its jobid and scheduled again with analytics.register_job.';
    end if;
    perform private.adopt_jobid(jobids[1], declared_as, late_after, max_runtime);
end
$$;
comment on function analytics.adopt_job(text, interval, interval, name) is
    'Declares a job as it stands in cron.job: it is wanted, and wanted like this. Takes the name that the audit tells too, "<name> of <owner>" for a second owner''s. Changes nothing in pg_cron. Idempotent.';

create or replace function analytics.adopt_all_jobs(
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes'
)
returns table (job_name text, jobid bigint, owner name, schedule text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    job record;
begin
    for job in
        select distinct on (k.job_name = j.jobname, j.jobname, j.username)
            k.jobid, k.owner, k.schedule, private.job_label(k.job_name, k.owner) as label
        from private.known_cron_jobs() as k
        join cron.job as j on j.jobid = k.jobid
        where j.jobname is not null
            and k.jobid <> all (array(select d.jobid from private.jobs_of_declarations() as d))
        -- Those that are told by pg_cron's own name first.
        order by k.job_name = j.jobname desc, j.jobname, j.username, k.jobid
    loop
        return query
        select
            private.adopt_jobid(
                job.jobid,
                -- A job may be called as another one is told: no declaration is lost to it.
                case
                    when exists (select from analytics.scheduled_jobs as d where d.job_name = job.label) then format('%s (%s)', job.label, job.jobid)
                    else job.label
                end,
                adopt_all_jobs.late_after, adopt_all_jobs.max_runtime
            ),
            job.jobid::bigint, job.owner::name, job.schedule::text;
    end loop;
end
$$;
comment on function analytics.adopt_all_jobs(interval, interval) is
    'Declares every job of cron.job that has a name and no declaration, as it stands, and returns those. A second owner''s is "<name> of <owner>". Changes nothing in pg_cron. Idempotent.';

create or replace function analytics.restore_job(job_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    declared analytics.scheduled_jobs;
    name_in_cron text;
    job record;
begin
    select * into declared from analytics.scheduled_jobs as d where d.job_name = restore_job.job_name;
    if declared is null then
        raise exception using
            errcode = 'no_data_found',
            message = format('cannot restore job "%s": it is not declared', job_name),
            hint = 'select job_name from analytics.scheduled_jobs; a job is declared with analytics.register_job or register_view.';
    end if;
    name_in_cron := coalesce(declared.cron_name, declared.job_name);
    -- Scheduled by the caller it would be the caller's, and a third job of the name.
    if declared.cron_name is not null and declared.owner <> current_user then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('cannot restore job "%s": it is job "%s" of "%s", and only that role can schedule it', job_name, name_in_cron, declared.owner),
            hint = format(
                'set role %I; select cron.schedule(%L, schedule, command) with those of analytics.scheduled_jobs where job_name = %L; reset role.',
                declared.owner, name_in_cron, job_name
            );
    end if;

    -- Scheduling by name overwrites a job of the caller's own, which is another one than the declared owner's.
    select j.jobid, j.username into job
    from cron.job as j
    where j.jobname = name_in_cron
        and j.username = current_user
        and declared.owner <> current_user
        and private.command_fingerprint(j.command) <> declared.command_fingerprint;
    if found then
        raise exception using
            errcode = 'duplicate_object',
            message = format(
                'cannot restore job "%s" of "%s": job %s of "%s" has that name and does other work, which would be lost',
                job_name, declared.owner, job.jobid, job.username
            ),
            hint = format(
                'As "%s": select cron.schedule(%L, schedule, command) with those of analytics.scheduled_jobs; or select analytics.adopt_job(%L, owner => %L), where that one is the job that is wanted.',
                declared.owner, job_name, job_name, job.username
            );
    end if;

    -- In place where it can be: unscheduling would cut the thread to a run that is going on. Of other owners only what was
    -- declared, or does its very work in its stead: with the same name and another command it is a job of theirs.
    for job in
        select j.jobid, j.username
        from cron.job as j
        where j.jobname = name_in_cron
            and (j.username <> current_user or j.database <> current_database())
            and (
                j.username in (declared.owner, current_user)
                or private.command_fingerprint(j.command) = declared.command_fingerprint
                    and not exists (
                        select from cron.job as o where o.jobname = name_in_cron and o.username in (declared.owner, current_user)
                    )
            )
    loop
        begin
            perform cron.unschedule(job.jobid);
        exception
            when insufficient_privilege then
                raise exception using
                    errcode = 'insufficient_privilege',
                    message = format('cannot restore job "%s": it belongs to "%s" now, and only its owner may unschedule it', job_name, job.username),
                    hint = format('set role %I; select cron.unschedule(%s); reset role; then restore it again.', job.username, job.jobid);
        end;
    end loop;
    perform cron.schedule(name_in_cron, declared.schedule, declared.command);
    perform cron.alter_job(j.jobid, active => true)
    from cron.job as j
    where j.jobname = name_in_cron and j.username = current_user and not j.active;
    update analytics.scheduled_jobs as d
    set owner = current_user, database = current_database()
    where d.job_name = restore_job.job_name;

    perform private.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        where i.closed_at is null and i.kind in ('missing', 'inactive', 'edited') and i.subject = restore_job.job_name
    ));
end
$$;

create or replace function analytics.list_jobs(job text default null, after_job text default null, page_size integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with scheduled as (
        -- Under the name by which the audit tells it. One that is there twice is told by the oldest, and the count.
        select distinct on (c.job_name)
            c.job_name, count(*) over (partition by c.job_name) as scheduled_count,
            c.jobid, c.schedule, c.command, c.active, c.owner as username, c.database
        from private.known_cron_jobs() as c
        order by c.job_name, c.jobid
    ),
    place as (
        select case
            when after_job like 'sha256:%' then (
                select n.job_name
                from (select c.job_name from scheduled as c union select d.job_name from analytics.scheduled_jobs as d) as n
                where 'sha256:' || encode(sha256(convert_to(n.job_name, 'UTF8')), 'hex') = after_job
            )
            else after_job
        end as name
    ),
    matching as (
        select
            coalesce(d.job_name, s.job_name) as name,
            s.jobid,
            coalesce(s.scheduled_count, 0) as scheduled_count,
            coalesce(s.active, false) as is_active,
            d.job_name is not null as is_declared,
            coalesce(
                d.schedule = s.schedule
                and d.command_fingerprint = private.command_fingerprint(s.command)
                and d.owner = s.username
                and d.database = s.database,
                false
            ) as is_as_declared,
            coalesce(s.schedule, d.schedule) as schedule,
            coalesce(s.username, d.owner) as owner,
            coalesce(s.database, d.database) as database,
            d.late_after, d.max_runtime, d.failure_threshold, d.recovery_threshold, d.severity, d.muted_until, d.paused_until, d.declared_at
        from analytics.scheduled_jobs as d
        full join scheduled as s on s.job_name = d.job_name
        where (list_jobs.job is null or coalesce(d.job_name, s.job_name) = list_jobs.job)
            and coalesce(coalesce(d.job_name, s.job_name) collate "C" > (select p.name from place as p) collate "C", true)
        order by coalesce(d.job_name, s.job_name) collate "C"
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.name collate "C" limit page_size
    ),
    last_runs as (
        -- runid is the only index of the history; runs older than this window are not worth a scan.
        select distinct on (r.jobid) r.jobid, r.runid, r.status, r.return_message, r.start_time, r.end_time
        from cron.job_run_details as r
        where r.runid > (select coalesce(max(m.runid), 0) - 20000 from cron.job_run_details as m)
        order by r.jobid, r.runid desc
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'job', p.name,
                    'jobid', p.jobid,
                    'view', v.view_name,
                    'is_declared', p.is_declared,
                    'scheduled_count', p.scheduled_count,
                    'is_active', p.is_active,
                    'is_as_declared', p.is_as_declared,
                    'schedule', p.schedule,
                    'owner', p.owner,
                    'database', p.database,
                    'late_after_seconds', extract(epoch from p.late_after)::bigint,
                    'max_runtime_seconds', extract(epoch from p.max_runtime)::bigint,
                    'failure_threshold', p.failure_threshold,
                    'recovery_threshold', p.recovery_threshold,
                    'severity', p.severity,
                    'muted_until', case when p.muted_until > now() then p.muted_until end,
                    'paused_until', case when p.paused_until > now() then p.paused_until end,
                    'declared_at', p.declared_at,
                    'next_slot_at', private.next_slot_after(w.next_slot_at, w.schedule, w.period, now()),
                    'missed_slot_at', w.missed_slot_at,
                    'last_run', case when r.runid is not null then jsonb_build_object(
                        'runid', r.runid,
                        'status', r.status,
                        'message', nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), ''),
                        'started_at', private.run_time(r.start_time),
                        'ended_at', private.run_time(r.end_time)
                    ) end,
                    'open_incidents', (
                        select coalesce(
                            jsonb_agg(
                                jsonb_build_object(
                                    'incident_id', i.incident_id,
                                    'kind', i.kind,
                                    'severity', i.severity,
                                    'opened_at', i.opened_at
                                )
                                order by i.incident_id
                            ),
                            '[]'
                        )
                        from analytics.incidents as i
                        where i.closed_at is null and i.job_name = p.name
                    )
                )
                order by p.name collate "C"
            ),
            '[]'
        ),
        'next_cursor', case when (select count(*) from matching) > page_size then max(p.name collate "C") end
    )
    from page as p
    left join analytics.views as v on v.job_name = p.name
    left join analytics.job_slots as w on w.job_name = p.name
    left join last_runs as r on r.jobid = p.jobid;
$$;

create or replace function analytics.list_runs(
    job text default null,
    status text default null,
    before_runid bigint default null,
    page_size integer default 50,
    window_size integer default 20000
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with names as (
        select j.jobid, j.job_name from private.known_cron_jobs() as j
        union all
        -- Runs outlive their job: its name is kept by the audit.
        select k.jobid, k.job_name
        from analytics.known_jobs as k
        join analytics.audit_state as s on s.epoch = k.epoch
        where not exists (select from cron.job as j where j.jobid = k.jobid)
    ),
    -- Read in the order of the index, and no further than the page needs: names are joined afterwards.
    matching as (
        select r.*
        from (
            select d.runid, d.jobid, d.status, d.return_message, d.start_time, d.end_time
            from cron.job_run_details as d
            where before_runid is null or d.runid < before_runid
            order by d.runid desc
            limit window_size
        ) as r
        where (list_runs.status is null or r.status = list_runs.status)
            and (
                case
                    when list_runs.job is null
                        then r.status <> 'succeeded' or r.jobid <> all (array(
                            select n.jobid
                            from names as n
                            join analytics.scheduled_jobs as w on w.job_name = n.job_name
                            where w.is_worker
                        ))
                    else r.jobid = any (array(select n.jobid from names as n where n.job_name = list_runs.job))
                        or 'jobid:' || r.jobid = list_runs.job
                end
            )
        order by r.runid desc
        limit page_size + 1
    ),
    page as (
        select
            m.runid, m.jobid, m.status, m.return_message,
            private.run_time(m.start_time) as start_time, private.run_time(m.end_time) as end_time,
            coalesce((select n.job_name from names as n where n.jobid = m.jobid limit 1), 'jobid:' || m.jobid) as job_name
        from matching as m
        order by m.runid desc
        limit page_size
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'runid', p.runid,
                    'job', p.job_name,
                    'status', p.status,
                    'started_at', p.start_time,
                    'ended_at', p.end_time,
                    'duration_ms', (extract(epoch from p.end_time - p.start_time) * 1000)::bigint,
                    'message', nullif(btrim(left(p.return_message, 4000), E' \t\r\n'), '')
                )
                order by p.runid desc
            ),
            '[]'
        ),
        'next_cursor', case
            when (select count(*) from matching) > page_size then min(p.runid)::text
            else (
                select min(w.runid)::text
                from (
                    select d.runid
                    from cron.job_run_details as d
                    where before_runid is null or d.runid < before_runid
                    order by d.runid desc
                    limit window_size
                ) as w
                having count(*) = window_size
            )
        end
    )
    from page as p;
$$;

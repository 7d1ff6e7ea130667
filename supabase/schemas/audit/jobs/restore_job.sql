-- Object: analytics.restore_job()
-- Why: one call puts back a job that is missing, edited, renamed or switched off. A declaration may be of another
--      owner's job (adopt_all_jobs), and the caller may have a job of that name too, so the job is found by name and
--      owner: restoring by name alone would overwrite the caller's own.
create function analytics.restore_job(job_name text)
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
    -- Scheduled by the caller it would belong to the caller: a third job of the name.
    if declared.cron_name is not null and declared.owner <> current_user then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('cannot restore job "%s": it is job "%s" of "%s", and only that role can schedule it', job_name, name_in_cron, declared.owner),
            hint = format(
                'set role %I; select cron.schedule(%L, schedule, command) with those of analytics.scheduled_jobs where job_name = %L; reset role.',
                declared.owner, name_in_cron, job_name
            );
    end if;

    -- Scheduling by name overwrites a job of the caller's own, which is not the declared owner's.
    select j.jobid, j.username into job
    from cron.job as j
    where j.jobname = name_in_cron
        and j.username = current_user
        and declared.owner <> current_user
        and freshet.command_fingerprint(j.command) <> declared.command_fingerprint;
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

    -- In place where possible: unscheduling would lose the link to a running run. Of other owners' jobs only the
    -- declared one, or one that does its exact work in its place: the same name with another command is a job of
    -- theirs.
    for job in
        select j.jobid, j.username
        from cron.job as j
        where j.jobname = name_in_cron
            and (j.username <> current_user or j.database <> current_database())
            and (
                j.username in (declared.owner, current_user)
                or freshet.command_fingerprint(j.command) = declared.command_fingerprint
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

    perform freshet.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        where i.closed_at is null and i.kind in ('missing', 'inactive', 'edited', 'renamed') and i.subject = restore_job.job_name
    ));
end
$$;

revoke all on function analytics.restore_job(text) from public, anon, authenticated;

comment on function analytics.restore_job(text) is
    'Schedules a declared job again as declared, owned by the caller, and activates it; open incidents about that end. Another owner''s job of the name stays. Idempotent.';

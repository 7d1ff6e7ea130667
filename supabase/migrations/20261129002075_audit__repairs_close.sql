-- Object: private.manual_refresh() (replaced), analytics.restore_job() (replaced)
-- Why: what a person has repaired is over, and need not wait for the next slot of a nightly job to be so. And a repair takes
--      only what is declared: another owner's job of the same name is not ours to unschedule.

create or replace function private.manual_refresh(view_name text)
returns setof analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    wanted text;
begin
    perform private.assert_operator();
    if view_name is not null and not exists (select from analytics.views as v where v.view_name = manual_refresh.view_name) then
        raise exception using
            errcode = 'undefined_table',
            message = format('unknown view "%s"', view_name),
            hint = 'select view_name from analytics.health_check() lists the registered views.';
    end if;
    perform private.assert_refresh_is_due(view_name, null);

    for wanted in
        select o.view_name
        from private.refresh_order() as o
        where manual_refresh.view_name is null or o.view_name = manual_refresh.view_name
    loop
        return next private.attempt_refresh(wanted);
    end loop;
    -- Last, so that no incident is held while a view is refreshed.
    perform private.close_repaired();
end
$$;

create or replace function analytics.restore_job(job_name text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    declared analytics.scheduled_jobs;
    job record;
begin
    select * into declared from analytics.scheduled_jobs as d where d.job_name = restore_job.job_name;
    if declared is null then
        raise exception using
            errcode = 'no_data_found',
            message = format('cannot restore job "%s": it is not declared', job_name),
            hint = 'select job_name from analytics.scheduled_jobs; a job is declared with analytics.register_job or register_view.';
    end if;
    -- In place where it can be: unscheduling would cut the thread to a run that is going on. Of other owners only what was
    -- declared, or does its very work in its stead: with the same name and another command it is a job of theirs.
    for job in
        select j.jobid, j.username
        from cron.job as j
        where j.jobname = restore_job.job_name
            and (j.username <> current_user or j.database <> current_database())
            and (
                j.username in (declared.owner, current_user)
                or private.command_fingerprint(j.command) = declared.command_fingerprint
                    and not exists (
                        select from cron.job as o where o.jobname = restore_job.job_name and o.username in (declared.owner, current_user)
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
    perform cron.schedule(job_name, declared.schedule, declared.command);
    perform cron.alter_job(j.jobid, active => true)
    from cron.job as j
    where j.jobname = restore_job.job_name and j.username = current_user and not j.active;
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
comment on function analytics.restore_job(text) is
    'Schedules a declared job again as it was declared, owned by the caller, and activates it; what was open about that is over. Another owner''s job of the name stays. Idempotent.';

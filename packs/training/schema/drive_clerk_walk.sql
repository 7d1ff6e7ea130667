-- Object: freshet.drive_clerk_walk()
-- Why: a call of the function asks for one page, and the job makes the next call. A project without Clerk has no message
--      and so no walk. A walk that stopped, left out a row or does not end makes the job fail, which the audit reports.
create function freshet.drive_clerk_walk()
returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- 03:00 UTC of this night.
    due_at constant timestamptz :=
        (date_trunc('day', (now() - interval '3 hours') at time zone 'UTC') + interval '3 hours') at time zone 'UTC';
    walk freshet.clerk_walks;
begin
    if not exists (select from freshet.clerk_objects) then
        return false;
    end if;
    select w.* into walk from freshet.clerk_walks as w order by w.walk_id desc limit 1;
    -- A walk that has not ended in a day is given up: another may, once what kept it is repaired.
    if walk.walk_id is null
        or walk.started_at < now() - interval '1 day'
        or (walk.started_at < due_at and (walk.finished_at is not null or walk.stopped_because is not null))
    then
        delete from freshet.clerk_walks as w where w.started_at < now() - interval '90 days';
        insert into freshet.clerk_walks default values returning * into walk;
    end if;
    if walk.stopped_because is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the comparison with Clerk stopped before it removes what Clerk lacks: %s', walk.stopped_because),
            hint = 'Compare with Clerk''s dashboard. If the deletions are right: select freshet.accept_clerk_deletions(). If not: look at CLERK_SECRET_KEY; the next night tries again.';
    end if;
    if walk.finished_at is not null and walk.refused_count > 0 then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('%s rows of Clerk were not taken, the first: %s', walk.refused_count, walk.refused_because),
            hint = 'The others were. The next night tries again.';
    end if;
    if walk.finished_at is not null or walk.wait_until > now() then
        return false;
    end if;
    if walk.started_at < now() - interval '20 hours' then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the comparison with Clerk that began at %s has not ended: phase %s', walk.started_at, walk.phase),
            hint = 'The log of the function clerk-reconcile says why a page is not taken.';
    end if;
    perform analytics.invoke_function('clerk-reconcile');
    return true;
end
$$;

revoke all on function freshet.drive_clerk_walk() from public, anon, authenticated;

comment on function freshet.drive_clerk_walk() is
    'Begins the walk of the night, at 03:00 UTC or with the first message of Clerk, and calls the function clerk-reconcile for its next page. Returns whether it called. Raises 55000 when the walk stopped, could not take a row, or has not ended in 20 hours; after a day another begins.';

select analytics.register_job(
    job_name => 'reconcile-clerk',
    schedule => '* * * * *',
    command => 'set statement_timeout = ''30s''; set lock_timeout = ''5s''; select freshet.drive_clerk_walk()',
    late_after => '10 minutes',
    max_runtime => '1 minute'
);

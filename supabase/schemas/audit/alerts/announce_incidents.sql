-- Object: freshet.announce_incidents()
-- Why: an incident is announced when it opens and when it closes, and a flood of them as one alert. The alert is
--      written in the transaction of the pass, so that an incident and its alert exist together or not at all.
create function freshet.announce_incidents(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first constant boolean := coalesce((select s.judged_since = pass_started_at from analytics.audit_state as s), false);
    news bigint[];
    again bigint[] := array[]::bigint[];
    waiting bigint;
    failure jsonb;
    failures jsonb[] := array[]::jsonb[];
begin
    -- If causes or groups fail, each incident is announced separately: more to read, but none is lost.
    begin
        perform freshet.gather_causes(pass_started_at);
    exception
        when assert_failure or others then
            failures := failures || jsonb_build_object(
                'sqlstate', sqlstate, 'message', 'causes could not be gathered: ' || left(sqlerrm, 500), 'is_passing', freshet.is_passing(sqlstate)
            );
    end;

    -- An incident that opened and closed within the pass is announced too. One that closed while it was muted is not.
    select coalesce(array_agg(i.incident_id order by i.incident_id), '{}') into news
    from analytics.incidents as i
    where i.announced_at is null
        and i.cause_id is null
        and (
            i.closed_at is null
            or i.closed_at >= pass_started_at and not freshet.waits_a_pass(i.kind)
        )
        and (is_first or i.opened_at < pass_started_at or not freshet.waits_a_pass(i.kind))
        and not freshet.is_muted(i);
    begin
        perform freshet.gather_groups(news, is_first);
        again := freshet.tell_again();
    exception
        when assert_failure or others then
            failures := failures || jsonb_build_object(
                'sqlstate', sqlstate, 'message', 'groups could not be gathered: ' || left(sqlerrm, 500), 'is_passing', freshet.is_passing(sqlstate)
            );
    end;

    for waiting in
        select i.incident_id
        from analytics.incidents as i
        where i.announced_at is null
            and i.cause_id is null
            and (i.incident_id = any (news || again) or i.kind = 'storm' and i.closed_at is null)
        order by i.incident_id
    loop
        failure := freshet.tell(waiting, 'opened');
        failures := case when failure is null then failures else failures || failure end;
    end loop;

    -- An incident that stands for others is over when all of them are.
    update analytics.incidents as c
    set closed_at = clock_timestamp(), resolution = 'recovered'
    where c.kind = 'storm'
        and c.closed_at is null
        and not exists (select from analytics.incidents as i where i.cause_id = c.incident_id and i.closed_at is null);

    for waiting in
        select i.incident_id
        from analytics.incidents as i
        where i.closed_at is not null
            and i.announced_at is not null
            and i.recovery_announced_at is null
        order by i.incident_id
    loop
        failure := freshet.tell(waiting, 'recovered');
        failures := case when failure is null then failures else failures || failure end;
    end loop;

    -- The first failure stands for all. It is announced at once, as the next pass may fail for the same reason. If it
    -- cannot be announced itself, health reports it.
    failure := failures[1];
    if cardinality(failures) > 1 then
        failure := failure || jsonb_build_object('message', format('%s; and %s more', failure ->> 'message', cardinality(failures) - 1));
    end if;
    perform freshet.note_detector('announcement', failure);
    perform freshet.tell(i.incident_id, 'opened')
    from analytics.incidents as i
    where failure is not null and i.kind = 'detector_failed' and i.subject = 'announcement'
        and i.closed_at is null and i.announced_at is null and i.cause_id is null;
end
$$;

revoke all on function freshet.announce_incidents(timestamptz) from public, anon, authenticated;

comment on function freshet.announce_incidents(timestamptz) is
    'Puts news into the outbox: each incident once when it opens and once when it closes, separately or in the alert of its cause. One that cannot be announced is detector_failed:announcement, and waits for the next pass.';

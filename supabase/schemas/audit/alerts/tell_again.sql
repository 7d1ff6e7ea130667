-- Object: freshet.tell_again()
-- Why: incidents that join a cause after its alert must be listed too, so the cause is announced again, in its issue.
create function freshet.tell_again()
returns bigint[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    cause analytics.incidents;
    worst text;
    again bigint[] := array[]::bigint[];
    again_id bigint;
begin
    for cause in
        select c.*
        from analytics.incidents as c
        where c.closed_at is null
            and c.announced_at is not null
            and not freshet.is_muted(c)
            and exists (select from analytics.incidents as i where i.cause_id = c.incident_id and i.named_at is null)
        order by c.incident_id
    loop
        select i.severity into worst
        from analytics.incidents as i
        where i.cause_id = cause.incident_id and (i.closed_at is null or i.named_at is null)
        order by freshet.severity_rank(i.severity) desc
        limit 1;
        -- More members can wait for half an hour, so that a lasting cause does not become a stream of events. Worse
        -- ones cannot wait.
        continue when cause.announced_at > clock_timestamp() - interval '30 minutes'
            and freshet.severity_rank(worst) <= freshet.severity_rank(cause.severity);

        update analytics.incidents as c
        set closed_at = clock_timestamp(), resolution = 'escalated', recovery_announced_at = clock_timestamp()
        where c.incident_id = cause.incident_id;
        insert into analytics.incidents (
            epoch, kind, subject, severity, job_name, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence
        )
        values (
            cause.epoch, cause.kind, cause.subject,
            case when freshet.severity_rank(worst) > freshet.severity_rank(cause.severity) then worst else cause.severity end,
            cause.job_name, cause.opened_at, cause.first_seen_at, cause.last_seen_at, cause.occurrence_count, cause.evidence
        )
        returning incident_id into again_id;
        update analytics.incidents as i set cause_id = again_id where i.cause_id = cause.incident_id;
        again := again || again_id;
    end loop;
    return again;
end
$$;

revoke all on function freshet.tell_again() from public, anon, authenticated;

comment on function freshet.tell_again() is
    'Continues causes that were announced and have gained members since as new incidents, which list all members, and returns those. The old ones end as escalated.';

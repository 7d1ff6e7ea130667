-- Object: private.announce_incidents(), private.alert_payload(), private.enqueue_alert()
-- Why: an incident is told when it opens and when it closes, and a flood of them is told as one. Written in the
--      transaction of the pass, so that an incident and its alert exist together or not at all.

create function private.alert_payload(incident analytics.incidents, transition text)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select incident.evidence || jsonb_build_object(
        'kind', incident.kind,
        'subject', incident.subject,
        'fingerprint', incident.fingerprint,
        'transition', transition,
        'severity', incident.severity,
        'summary', k.summary,
        'incident_id', incident.incident_id,
        'epoch', incident.epoch,
        'streak', incident.occurrence_count,
        'first_seen_at', incident.first_seen_at,
        'last_seen_at', incident.last_seen_at,
        'opened_at', incident.opened_at,
        'closed_at', incident.closed_at,
        'resolution', incident.resolution
    )
    from analytics.alert_kinds as k
    where k.kind = incident.kind;
$$;
revoke all on function private.alert_payload(analytics.incidents, text) from public, anon, authenticated;
comment on function private.alert_payload(analytics.incidents, text) is 'What an alert says, unscrubbed.';

create function private.enqueue_alert(incident analytics.incidents, transition text)
returns void
language sql
set search_path = ''
as $$
    insert into analytics.outbox (event_id, incident_id, transition, payload, created_at, not_before)
    values (
        private.alert_event_id(incident.epoch, incident.incident_id, transition),
        incident.incident_id,
        transition,
        private.alert_payload(incident, transition),
        clock_timestamp(),
        clock_timestamp()
    )
    on conflict on constraint outbox_pkey do nothing;
$$;
revoke all on function private.enqueue_alert(analytics.incidents, text) from public, anon, authenticated;
comment on function private.enqueue_alert(analytics.incidents, text) is 'Puts an incident''s transition into the outbox. Idempotent.';

create function private.gather_storm(news bigint[])
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    storm_id bigint;
begin
    insert into analytics.incidents (
        epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence
    )
    select
        max(i.epoch), 'storm', 'incidents ' || min(i.incident_id) || '-' || max(i.incident_id), max(k.severity),
        clock_timestamp(), min(i.first_seen_at), max(i.last_seen_at), count(*),
        jsonb_build_object(
            'message', format('%s incidents opened in one pass', count(*)),
            'incident_count', count(*),
            'fingerprints', to_jsonb((array_agg(i.fingerprint order by i.incident_id))[1:20])
        )
    from analytics.incidents as i
    cross join (select severity from analytics.alert_kinds where kind = 'storm') as k
    where i.incident_id = any (news)
    returning incident_id into storm_id;

    update analytics.incidents as i set cause_id = storm_id where i.incident_id = any (news);
    return storm_id;
end
$$;
revoke all on function private.gather_storm(bigint[]) from public, anon, authenticated;
comment on function private.gather_storm(bigint[]) is 'Opens one incident that speaks for many, and returns its id.';

create function private.announce_incidents(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    storm_above constant integer := 20;
    news bigint[];
begin
    -- One that opened and closed within the pass is news too. One that closed while it was muted stays untold.
    select coalesce(array_agg(i.incident_id order by i.incident_id), '{}') into news
    from analytics.incidents as i
    left join analytics.scheduled_jobs as j on j.job_name = i.job_name
    where i.announced_at is null
        and i.cause_id is null
        and (i.closed_at is null or i.closed_at >= pass_started_at)
        and coalesce(j.muted_until, '-infinity') <= clock_timestamp();

    if cardinality(news) > storm_above then
        news := array[private.gather_storm(news)];
    end if;

    perform private.enqueue_alert(i, 'opened')
    from analytics.incidents as i
    where i.incident_id = any (news)
    order by i.incident_id;
    update analytics.incidents as i set announced_at = clock_timestamp() where i.incident_id = any (news);

    -- What speaks for others is over when all of them are.
    update analytics.incidents as c
    set closed_at = clock_timestamp(), resolution = 'recovered'
    where c.kind = 'storm'
        and c.closed_at is null
        and not exists (select from analytics.incidents as i where i.cause_id = c.incident_id and i.closed_at is null);

    perform private.enqueue_alert(i, 'recovered')
    from analytics.incidents as i
    where i.closed_at is not null and i.announced_at is not null and i.recovery_announced_at is null
    order by i.incident_id;
    update analytics.incidents as i
    set recovery_announced_at = clock_timestamp()
    where i.closed_at is not null and i.announced_at is not null and i.recovery_announced_at is null;
end
$$;
revoke all on function private.announce_incidents(timestamptz) from public, anon, authenticated;
comment on function private.announce_incidents(timestamptz) is
    'Writes the alerts for what opened and closed. Idempotent: each transition of an incident is told once.';

-- Object: freshet.alert_payload()
-- Why: the alert is written when its incident is announced, so it keeps the evidence of that moment.
create function freshet.alert_payload(incident analytics.incidents, transition text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select incident.evidence || jsonb_build_object(
        'kind', incident.kind,
        'subject', incident.subject,
        'fingerprint', incident.fingerprint,
        'transition', transition,
        'severity', incident.severity,
        'summary', (select k.summary from analytics.alert_kinds as k where k.kind = incident.kind),
        'incident_id', incident.incident_id,
        'epoch', incident.epoch,
        'streak', incident.occurrence_count,
        'first_seen_at', incident.first_seen_at,
        'last_seen_at', incident.last_seen_at,
        'opened_at', incident.opened_at,
        'closed_at', incident.closed_at,
        'resolution', incident.resolution,
        'next_slot_at', (select s.next_slot_at from analytics.job_slots as s where s.job_name = incident.evidence ->> 'job')
    );
$$;

revoke all on function freshet.alert_payload(analytics.incidents, text) from public, anon, authenticated;

comment on function freshet.alert_payload(analytics.incidents, text) is 'The content of an alert, unscrubbed.';

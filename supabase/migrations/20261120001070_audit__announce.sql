-- Object: analytics.alert_causes, private.announce_incidents(), private.alert_payload(), private.enqueue_alert(),
--         private.gather_causes(), private.gather_storm()
-- Grain: alert_causes: one row per kind and kind of which it is the consequence
-- Why: an incident is told when it opens and when it closes, and a flood of them is told as one. Written in the
--      transaction of the pass, so that an incident and its alert exist together or not at all.

create table analytics.alert_causes (
    kind text not null,
    cause text not null,
    is_of_same_job boolean not null default false,
    rank integer not null,
    primary key (kind, cause)
);
alter table analytics.alert_causes enable row level security;
revoke all on table analytics.alert_causes from public, anon, authenticated;

comment on table analytics.alert_causes is 'Which kinds follow from which: an incident that opens while its cause is open is told by it, and not by itself.';
comment on column analytics.alert_causes.is_of_same_job is 'Whether the cause speaks only for what is about the same job.';
comment on column analytics.alert_causes.rank is 'Of several causes the one with the lowest speaks.';

insert into analytics.alert_causes (kind, cause, is_of_same_job, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('scheduler_gone', 'orphan_owner', false, 1),
    ('restarted', 'orphan_owner', false, 1),
    ('zombie', 'orphan_owner', false, 1),
    ('detached', 'orphan_owner', false, 1),
    ('missed', 'orphan_owner', false, 1),
    ('stale', 'orphan_owner', false, 1),
    ('blind', 'orphan_owner', false, 1),
    ('missed', 'scheduler_gone', false, 2),
    ('stale', 'scheduler_gone', false, 2),
    ('blind', 'scheduler_gone', false, 2),
    ('detached', 'scheduler_gone', false, 2),
    ('zombie', 'restarted', false, 3),
    ('infrastructure', 'restarted', false, 3),
    ('detached', 'restarted', false, 3),
    ('missed', 'restarted', false, 3),
    ('stale', 'infrastructure', false, 4),
    ('missed', 'infrastructure', false, 4),
    ('missed', 'history_off', false, 5),
    ('blind', 'history_off', false, 5),
    ('failed', 'not_refreshable', true, 6),
    ('missed', 'stuck', true, 7);

create function private.gather_causes(pass_started_at timestamptz)
returns void
language sql
set search_path = ''
as $$
    update analytics.incidents as i
    set cause_id = (
        select c.incident_id
        from analytics.alert_causes as r
        join analytics.incidents as c on c.kind = r.cause
        where r.kind = i.kind
            and c.incident_id <> i.incident_id
            and (c.closed_at is null or c.closed_at >= pass_started_at)
            and (not r.is_of_same_job or c.job_name = i.job_name)
        order by r.rank, c.incident_id
        limit 1
    )
    where i.announced_at is null
        and i.cause_id is null
        -- Only what has just opened: what waits for the end of a mute is older than the cause.
        and i.opened_at >= pass_started_at;

    -- What outlives its cause speaks for itself, after the time that things may take to come right again.
    update analytics.incidents as i
    set cause_id = null
    from analytics.incidents as c
    where c.incident_id = i.cause_id
        and c.kind <> 'storm'
        and c.closed_at < clock_timestamp() - interval '15 minutes'
        and i.closed_at is null;
$$;
revoke all on function private.gather_causes(timestamptz) from public, anon, authenticated;
comment on function private.gather_causes(timestamptz) is
    'Lets incidents that just opened be told by the open incident that caused them, and frees those whose cause is long over. Idempotent.';

create function private.alert_payload(incident analytics.incidents, transition text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- The slots are a later migration's, hence plpgsql.
    return incident.evidence || jsonb_build_object(
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
end
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
    perform private.gather_causes(pass_started_at);

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
    where i.closed_at is not null
        and i.announced_at is not null
        and i.recovery_announced_at is null
        -- It is not over: another incident goes on with it.
        and i.resolution <> 'escalated'
    order by i.incident_id;
    update analytics.incidents as i
    set recovery_announced_at = clock_timestamp()
    where i.closed_at is not null and i.announced_at is not null and i.recovery_announced_at is null;
end
$$;
revoke all on function private.announce_incidents(timestamptz) from public, anon, authenticated;
comment on function private.announce_incidents(timestamptz) is
    'Writes the alerts for what opened and closed. Idempotent: each transition of an incident is told once.';

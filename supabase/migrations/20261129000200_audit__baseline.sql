-- Baseline of audit, written by tools/schema/baseline.ts from the files named below, which hold the current text.
-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.
set check_function_bodies = off;

-- supabase/schemas/audit/alerts/alert_causes.sql

-- Object: analytics.alert_causes
-- Grain: one row per kind and cause: the kind of which it can be the consequence
-- Why reach: a cause must not silence incidents that have nothing to do with it. If an open cause covered everything
--      that opened meanwhile, one weekly job that was refused a connection would keep every stale view silent until
--      Monday. So a cause reaches only the jobs that it struck, for one period of each after its last strike.
create table analytics.alert_causes (
    kind text not null,
    cause text not null,
    rank integer not null,
    reach text not null check (reach in ('job', 'struck', 'lasting', 'once', 'owner')),
    primary key (kind, cause)
);

alter table analytics.alert_causes enable row level security;

revoke all on table analytics.alert_causes from public, anon, authenticated;

comment on column analytics.alert_causes.rank is 'Of several causes the one with the lowest rank is used.';

comment on table analytics.alert_causes is
    'Which kinds follow from which: an incident that opens within reach of an open cause is listed in the event of the cause, and sends no event of its own. Never one that is more severe than the cause.';

comment on column analytics.alert_causes.reach is
    'job: the same job, while the cause is open. struck: the jobs of analytics.struck_jobs, each for a period after its strike. lasting: every job, while the cause is open. once: every job, for a period after the last strike. owner: the jobs of the owner while the cause is open, the others for a period after it began.';

-- supabase/schemas/audit/alerts/alert_channels.sql

-- Object: analytics.alert_channels
-- Grain: one row per channel
-- Why: limits that the receiver set are kept here, since isolates do not last.
create table analytics.alert_channels (
    channel text primary key,
    state text not null default 'untried' check (state in ('untried', 'ok', 'unconfigured', 'limited', 'failing', 'refused')),
    checked_at timestamptz,
    detail text,
    events_not_before timestamptz not null default '-infinity',
    check_ins_not_before timestamptz not null default '-infinity',
    resolving_at timestamptz
);

alter table analytics.alert_channels enable row level security;

revoke all on table analytics.alert_channels from public, anon, authenticated;

comment on table analytics.alert_channels is
    'Result of the last delivery to each channel, and until when the channel asked not to be sent anything.';

comment on column analytics.alert_channels.resolving_at is 'When a sender with a token last asked for issues to close.';

-- supabase/schemas/audit/alerts/alert_event_id.sql

-- Object: freshet.alert_event_id()
-- Why: the receiver recognises a resend by its event id.
create function freshet.alert_event_id(event_seed uuid, transition text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select left(encode(sha256(convert_to(concat_ws('|', event_seed::text, transition), 'UTF8')), 'hex'), 32);
$$;

revoke all on function freshet.alert_event_id(uuid, text) from public, anon, authenticated;

comment on function freshet.alert_event_id(uuid, text) is
    'Event id of an incident''s transition: the same for the same incident, so that a resend is recognised, and never the id of another incident.';

-- supabase/schemas/audit/alerts/announce_incidents.sql

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

-- supabase/schemas/audit/alerts/gather_causes.sql

-- Object: freshet.gather_causes()
-- Why: before incidents are announced, each is assigned to its cause, or freed from one that is over.
create function freshet.gather_causes(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A cause that got worse continues as another incident.
    update analytics.incidents as i
    set cause_id = n.incident_id
    from analytics.incidents as c
    join analytics.incidents as n
        on n.kind = c.kind and n.subject = c.subject and n.incident_id > c.incident_id and (n.closed_at is null or n.announced_at is null)
    where c.incident_id = i.cause_id
        and c.resolution = 'escalated'
        -- Incidents that were over before the old one listed them are listed by the new one.
        and (i.closed_at is null or i.named_at is null);

    -- An incident that outlives its cause is announced itself, after the time that a recovery may take; at once where
    -- it turned out to be no cause, or is not announced after all.
    update analytics.incidents as i
    set cause_id = null, named_at = null
    from analytics.incidents as c
    where c.incident_id = i.cause_id
        and i.closed_at is null
        and c.kind <> 'storm'
        and (
            c.closed_at < clock_timestamp() - interval '15 minutes'
            or c.closed_at is not null and (c.announced_at is null or c.resolution = 'withdrawn')
            or c.closed_at is null and i.named_at is null and freshet.is_muted(c)
        );

    update analytics.incidents as i
    set cause_id = (select c from freshet.cause_of(i) as c)
    where i.announced_at is null
        and i.cause_id is null
        and (i.closed_at is null or i.closed_at >= pass_started_at)
        -- Only incidents that have just opened: one that waits for the end of a mute is older than the cause. Kinds
        -- about how a job is written wait one pass on purpose.
        and (i.opened_at >= pass_started_at or freshet.waits_a_pass(i.kind))
        and not freshet.is_muted(i);

    perform freshet.settle_causes();
end
$$;

revoke all on function freshet.gather_causes(timestamptz) from public, anon, authenticated;

comment on function freshet.gather_causes(timestamptz) is
    'Assigns incidents that just opened to the open incident that caused them, and frees those whose cause is over. Idempotent.';

-- supabase/schemas/audit/alerts/gather_groups.sql

-- Object: freshet.gather_groups()
-- Why: incidents of one cause are one alert, also when they open one by one: one that follows within an hour joins the
--      open group, and so the same issue.
create function freshet.gather_groups(news bigint[], is_first boolean)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    many_kinds_above constant integer := 20;
    told_since constant timestamptz := clock_timestamp() - interval '1 hour';
    family record;
    open_one record;
    told bigint[];
begin
    for family in
        select n.family, n.threshold, array_agg(n.incident_id order by n.incident_id) as members
        from (
            select
                i.incident_id,
                -- What a first audit finds was there before: it is an inventory, not a storm.
                case when f.is_note then 'first audit' else freshet.alert_family(i) end as family,
                case when f.is_note then 2 else freshet.family_threshold(i) end as threshold
            from analytics.incidents as i
            cross join lateral (select is_first and i.severity in ('info', 'warning') as is_note) as f
            where i.incident_id = any (news)
        ) as n
        group by n.family, n.threshold
        order by n.family, n.threshold
    loop
        select array_agg(i.incident_id) into told
        from analytics.incidents as i
        where i.announced_at is not null
            and i.closed_at is null
            and i.cause_id is null
            and i.kind <> 'storm'
            and i.opened_at >= told_since
            and freshet.alert_family(i) = family.family
            and freshet.family_threshold(i) = family.threshold;
        select g.incident_id, g.last_seen_at into open_one
        from analytics.incidents as g
        where g.kind = 'storm' and g.subject = family.family and g.closed_at is null;

        if open_one is not null then
            -- Long after the last member it takes as many again to count as the same cause.
            if open_one.last_seen_at >= told_since or cardinality(family.members) >= family.threshold then
                perform freshet.join_group(open_one.incident_id, family.members);
            end if;
        elsif cardinality(family.members) + coalesce(cardinality(told), 0) >= family.threshold then
            perform freshet.open_group(family.family, family.members, case when cardinality(told) = 1 then told[1] end);
        end if;
    end loop;

    -- Of any kind: more incidents at once than a person can read.
    select array_agg(i.incident_id order by i.incident_id) into told
    from analytics.incidents as i
    where i.incident_id = any (news) and i.cause_id is null;
    if cardinality(told) > many_kinds_above then
        select g.incident_id into open_one
        from analytics.incidents as g
        where g.kind = 'storm' and g.subject = 'many kinds' and g.closed_at is null;
        if open_one is null then
            perform freshet.open_group('many kinds', told, null);
        else
            perform freshet.join_group(open_one.incident_id, told);
        end if;
    end if;
    perform freshet.settle_causes();
end
$$;

revoke all on function freshet.gather_groups(bigint[], boolean) from public, anon, authenticated;

comment on function freshet.gather_groups(bigint[], boolean) is
    'Makes one incident stand for those of one family, and for more incidents than a person can read. is_first: the first audit lists everything that it finds in one incident.';

-- supabase/schemas/audit/alerts/group_evidence.sql

-- Object: freshet.group_evidence()
-- Why: the event of a cause lists the incidents that it stands for, so that none is silent because of another one.
create function freshet.group_evidence(members bigint[])
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with member as (
        select
            i.*, i.evidence ->> 'sqlstate' as sqlstate,
            left(split_part(btrim(i.evidence ->> 'message', E' \r\n'), E'\n', 1), 500) as said,
            row_number() over (partition by freshet.alert_family(i) order by i.incident_id) as place
        from analytics.incidents as i
        where i.incident_id = any (members)
    )
    select jsonb_strip_nulls(jsonb_build_object(
        'incident_count', count(*),
        'jobs', coalesce(jsonb_agg(distinct m.job_name) filter (where m.job_name is not null), '[]'),
        'sqlstate', case when min(m.sqlstate) = max(m.sqlstate) and count(m.sqlstate) = count(*) then min(m.sqlstate) end,
        'message', (
            select string_agg(k.how_many, ', ' order by k.kind)
            from (select c.kind, count(*) || ' ' || c.kind as how_many from member as c group by c.kind) as k
        ) || coalesce('; the first: ' || (array_agg(m.said order by m.incident_id) filter (where m.said <> ''))[1], ''),
        -- One message for each group of similar ones.
        'messages', to_jsonb((array_agg(m.said order by m.incident_id) filter (where m.place = 1 and m.said <> ''))[1:10])
    ))
    from member as m;
$$;

revoke all on function freshet.group_evidence(bigint[]) from public, anon, authenticated;

comment on function freshet.group_evidence(bigint[]) is
    'Evidence of a group about its members: how many of which kind, of which jobs, and one message for each group of similar ones.';

-- supabase/schemas/audit/alerts/join_group.sql

-- Object: freshet.join_group()
-- Why: an incident that follows within an hour joins the open group, and so its issue.
create function freshet.join_group(group_id bigint, members bigint[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.incidents as i set cause_id = join_group.group_id where i.incident_id = any (members);
    update analytics.incidents as g
    set last_seen_at = greatest(g.last_seen_at, (select max(i.opened_at) from analytics.incidents as i where i.incident_id = any (members))),
        occurrence_count = g.occurrence_count + cardinality(members),
        -- A group that was announced is announced again when something worse joins.
        severity = case
            when g.announced_at is null then (
                select i.severity from analytics.incidents as i
                where i.cause_id = join_group.group_id
                order by freshet.severity_rank(i.severity) desc
                limit 1
            )
            else g.severity
        end
    where g.incident_id = join_group.group_id;
$$;

revoke all on function freshet.join_group(bigint, bigint[]) from public, anon, authenticated;

comment on function freshet.join_group(bigint, bigint[]) is 'Makes an open group stand for these incidents too.';

-- supabase/schemas/audit/alerts/open_group.sql

-- Object: freshet.open_group()
-- Why: a new group needs an incident that is announced for all of its members.
create function freshet.open_group(family text, members bigint[], leader bigint)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    group_id bigint;
begin
    insert into analytics.incidents (
        epoch, kind, subject, severity, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence
    )
    select
        max(i.epoch), 'storm', open_group.family,
        (array_agg(i.severity order by freshet.severity_rank(i.severity) desc))[1],
        clock_timestamp(), min(i.first_seen_at), max(i.opened_at), count(*),
        -- A member that was announced separately before: the group continues in its issue and is not a second alert.
        jsonb_strip_nulls(jsonb_build_object(
            'issue', (select l.fingerprint from analytics.incidents as l where l.incident_id = open_group.leader)
        ))
    from analytics.incidents as i
    where i.incident_id = any (members || leader)
    returning incident_id into group_id;
    update analytics.incidents as i set cause_id = group_id where i.incident_id = any (members || leader);
end
$$;

revoke all on function freshet.open_group(text, bigint[], bigint) from public, anon, authenticated;

comment on function freshet.open_group(text, bigint[], bigint) is
    'Opens an incident that stands for these. If one of them was announced separately before, the group continues in its issue.';

-- supabase/schemas/audit/alerts/settle_causes.sql

-- Object: freshet.settle_causes()
-- Why: an incident must be listed in an event that is really sent, so chains of causes are shortened to their root.
create function freshet.settle_causes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A cause that has a cause itself lists nothing: the incident that stands for it does.
    loop
        update analytics.incidents as i
        set cause_id = c.cause_id
        from analytics.incidents as c
        where c.incident_id = i.cause_id and c.cause_id is not null and c.closed_at is null;
        exit when not found;
    end loop;
end
$$;

revoke all on function freshet.settle_causes() from public, anon, authenticated;

comment on function freshet.settle_causes() is
    'Points every cause_id to an incident that is announced itself. Idempotent.';

-- supabase/schemas/audit/alerts/tell.sql

-- Object: freshet.tell()
-- Why: one incident that cannot be announced must not end the pass and silence all others, pass after pass. Each is
--      announced in a savepoint; a failure is a finding, reported in the same pass, and the next pass tries again.
create function freshet.tell(incident_id bigint, transition text)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    told analytics.incidents;
begin
    select i.* into strict told from analytics.incidents as i where i.incident_id = tell.incident_id;
    -- An incident that got worse is not over: another one continues it. Nor is one that a group has taken over.
    if transition = 'opened' or (told.resolution <> 'escalated' and told.cause_id is null) then
        told := freshet.name_members(told, transition);
        -- A group that began with one incident continues in the issue of that incident.
        told.fingerprint := coalesce(told.evidence ->> 'issue', told.fingerprint);
        perform freshet.enqueue_alert(told, transition);
    end if;
    update analytics.incidents as i
    set announced_at = case transition when 'opened' then clock_timestamp() else i.announced_at end,
        recovery_announced_at = case transition when 'recovered' then clock_timestamp() else i.recovery_announced_at end
    where i.incident_id = tell.incident_id;
    return null;
exception
    when assert_failure or others then
        return jsonb_build_object(
            'sqlstate', sqlstate,
            'message', format('%s of %s could not be told: %s', transition, coalesce(told.fingerprint, tell.incident_id::text), left(sqlerrm, 500)),
            'is_passing', freshet.is_passing(sqlstate)
        );
end
$$;

revoke all on function freshet.tell(bigint, text) from public, anon, authenticated;

comment on function freshet.tell(bigint, text) is
    'Announces one incident, in a savepoint. Returns null, or how that failed; then the incident is as unannounced as before.';

-- supabase/schemas/audit/alerts/tell_again.sql

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

-- supabase/schemas/audit/alerts/usual_period.sql

-- Object: freshet.usual_period()
-- Why: a cause reaches a job for one period of the job; see analytics.alert_causes.
create function freshet.usual_period(job text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.period from analytics.scheduled_jobs as d where d.job_name = usual_period.job),
        (select s.period from analytics.job_slots as s where s.job_name = usual_period.job),
        interval '1 hour'
    );
$$;

revoke all on function freshet.usual_period(text) from public, anon, authenticated;

comment on function freshet.usual_period(text) is
    'Interval between a job''s runs: the declared one, else the calendar''s, else an hour.';

-- supabase/schemas/audit/alerts/waits_a_pass.sql

-- Object: freshet.waits_a_pass()
-- Why: how a new job is written is no alert of its own if its first run breaks.
create function freshet.waits_a_pass(kind text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- A new job may break at its first run; then both are one alert.
    select waits_a_pass.kind in ('undeclared', 'unset_timeout', 'bundled_refreshes');
$$;

revoke all on function freshet.waits_a_pass(text) from public, anon, authenticated;

comment on function freshet.waits_a_pass(text) is
    'Kinds about how a job is written, which are announced when a second pass has found them.';

-- supabase/schemas/audit/delivery/acknowledge_alert.sql

-- Object: analytics.acknowledge_alert()
-- Why: only the receiver's 2xx makes an alert delivered, and only for the newest lease; see analytics.lease_alerts().
create function analytics.acknowledge_alert(event_id text, token bigint)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with acknowledged as (
        update analytics.outbox as o
        set state = 'delivered', delivered_at = clock_timestamp(), lease_until = null, last_error = null
        where o.event_id = acknowledge_alert.event_id and o.lease_token = token and o.state = 'pending'
        returning 1
    )
    select exists (select from acknowledged);
$$;

revoke all on function analytics.acknowledge_alert(text, bigint) from public, anon, authenticated;

grant execute on function analytics.acknowledge_alert(text, bigint) to service_role;

comment on function analytics.acknowledge_alert(text, bigint) is
    'The receiver answered 2xx: the alert is delivered. False when the token is not the newest. Service role only.';

-- supabase/schemas/audit/delivery/acknowledge_resolution.sql

-- Object: analytics.acknowledge_resolution()
-- Why: ends the lease of analytics.lease_resolution() after success.
create function analytics.acknowledge_resolution(event_id text, token bigint, note text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with acknowledged as (
        update analytics.outbox as o
        set resolved_at = clock_timestamp(),
            resolve_lease_until = null,
            resolve_error = left(note, 500),
            -- Closing the issue reports this recovery, unless an event did so earlier.
            state = 'delivered',
            delivered_at = coalesce(o.delivered_at, clock_timestamp()),
            lease_until = null
        where o.event_id = acknowledge_resolution.event_id and o.resolve_token = token and o.resolved_at is null
        returning 1
    )
    select exists (select from acknowledged);
$$;

revoke all on function analytics.acknowledge_resolution(text, bigint, text) from public, anon, authenticated;

grant execute on function analytics.acknowledge_resolution(text, bigint, text) to service_role;

comment on function analytics.acknowledge_resolution(text, bigint, text) is
    'The issue is closed; the note says what was left out. False when the token is not the newest. Service role only.';

-- supabase/schemas/audit/delivery/defer_alert.sql

-- Object: analytics.defer_alert()
-- Why: ends the lease of analytics.lease_alerts() after a failure that may pass.
create function analytics.defer_alert(event_id text, token bigint, delay interval, error text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with deferred as (
        update analytics.outbox as o
        set not_before = clock_timestamp() + least(greatest(delay, interval '0'), interval '1 hour'),
            lease_until = null,
            last_error = left(error, 500)
        where o.event_id = defer_alert.event_id and o.lease_token = token and o.state = 'pending'
        returning 1
    )
    select exists (select from deferred);
$$;

revoke all on function analytics.defer_alert(text, bigint, interval, text) from public, anon, authenticated;

grant execute on function analytics.defer_alert(text, bigint, interval, text) to service_role;

comment on function analytics.defer_alert(text, bigint, interval, text) is
    'Not delivered: try again after the delay, at most an hour, counted from the database''s now(). Service role only.';

-- supabase/schemas/audit/delivery/defer_resolution.sql

-- Object: analytics.defer_resolution()
-- Why: ends the lease of analytics.lease_resolution() after a failure that may pass.
create function analytics.defer_resolution(event_id text, token bigint, delay interval, error text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with deferred as (
        update analytics.outbox as o
        set resolve_not_before = clock_timestamp() + least(greatest(delay, interval '0'), interval '1 hour'),
            resolve_lease_until = null,
            resolve_error = left(error, 500)
        where o.event_id = defer_resolution.event_id and o.resolve_token = token and o.resolved_at is null
        returning 1
    )
    select exists (select from deferred);
$$;

revoke all on function analytics.defer_resolution(text, bigint, interval, text) from public, anon, authenticated;

grant execute on function analytics.defer_resolution(text, bigint, interval, text) to service_role;

comment on function analytics.defer_resolution(text, bigint, interval, text) is
    'The issue was not closed: try again after the delay, at most an hour. Service role only.';

-- supabase/schemas/audit/delivery/hold_alerts.sql

-- Object: analytics.hold_alerts()
-- Why: a limit that the receiver sets for one isolate holds for all, so it is kept in the database.
create function analytics.hold_alerts(category text, delay interval)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    hold_until constant timestamptz := clock_timestamp() + least(greatest(delay, interval '0'), interval '1 hour');
begin
    if category not in ('events', 'check_ins') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('unknown alert category "%s"', category),
            hint = 'Known are events and check_ins.';
    end if;
    update analytics.alert_channels as c
    set events_not_before = case category when 'events' then hold_until else c.events_not_before end,
        check_ins_not_before = case category when 'check_ins' then hold_until else c.check_ins_not_before end
    where c.channel = 'sentry';
end
$$;

revoke all on function analytics.hold_alerts(text, interval) from public, anon, authenticated;

grant execute on function analytics.hold_alerts(text, interval) to service_role;

comment on function analytics.hold_alerts(text, interval) is
    'The receiver asked for a pause: no isolate sends anything of the category before the delay is over, at most an hour. Service role only.';

-- supabase/schemas/audit/delivery/lease_alerts.sql

-- Object: analytics.lease_alerts()
-- Why: a sender leases an alert for a while, and only the receiver's 2xx makes it delivered. A sender that dies, or
--      comes back late with an old token, changes nothing.
create function analytics.lease_alerts(n integer, lease interval, resolving boolean default false)
returns table (event_id text, lease_token bigint, attempt_count integer, transition text, payload jsonb)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    -- Serialized with lease_resolution(), so that no issue is closed while a new alert for it is on its way.
    select pg_advisory_xact_lock(hashtextextended('freshet.outbox', 0));

    with due as (
        select o.event_id
        from analytics.outbox as o
        cross join analytics.alert_channels as c
        where c.channel = 'sentry'
            and c.events_not_before <= clock_timestamp()
            and o.state = 'pending'
            and o.not_before <= clock_timestamp()
            and coalesce(o.lease_until, '-infinity') <= clock_timestamp()
            and (
                o.transition <> 'recovered'
                -- A recovery is sent after the alert that it ends,
                or not exists (
                    select
                    from analytics.outbox as first
                    where first.incident_id = o.incident_id and first.transition = 'opened' and first.state <> 'delivered'
                )
                -- and by closing its issue, where the sender can and that works within ten minutes.
                and (not resolving or o.created_at < clock_timestamp() - interval '10 minutes')
            )
            and (
                o.transition <> 'opened'
                or not exists (
                    select
                    from analytics.outbox as closing
                    where closing.transition = 'recovered'
                        and closing.resolved_at is null
                        and closing.resolve_lease_until > clock_timestamp()
                        and closing.payload ->> 'fingerprint' = o.payload ->> 'fingerprint'
                )
            )
        -- Alerts that the receiver never accepts must not delay others.
        order by o.attempt_count, o.created_at, o.incident_id
        limit n
        for update of o skip locked
    ),
    leased as (
        update analytics.outbox as o
        set lease_until = clock_timestamp() + lease,
            lease_token = o.lease_token + 1,
            attempt_count = o.attempt_count + 1
        from due
        where o.event_id = due.event_id
        returning o.event_id, o.lease_token, o.attempt_count, o.transition, o.payload, o.created_at, o.incident_id
    )
    select l.event_id, l.lease_token, l.attempt_count, l.transition, l.payload
    from leased as l
    order by l.attempt_count, l.created_at, l.incident_id;
$$;

revoke all on function analytics.lease_alerts(integer, interval, boolean) from public, anon, authenticated;

grant execute on function analytics.lease_alerts(integer, interval, boolean) to service_role;

comment on function analytics.lease_alerts(integer, interval, boolean) is
    'Leases at most n due alerts: those with the fewest attempts, oldest first. resolving: the sender closes issues, so no recovery of the last ten minutes. Service role only.';

-- supabase/schemas/audit/delivery/lease_resolution.sql

-- Object: analytics.lease_resolution()
-- Why: a recovery is reported by closing its issue; see analytics.outbox.
create function analytics.lease_resolution(lease interval)
returns table (
    event_id text, resolve_token bigint, attempt_count integer, opened_event_id text, is_newest boolean, payload jsonb
)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    select pg_advisory_xact_lock(hashtextextended('freshet.outbox', 0));
    update analytics.alert_channels as c set resolving_at = clock_timestamp() where c.channel = 'sentry';

    with due as (
        select
            o.event_id,
            opened.event_id as opened_event_id,
            not exists (
                select
                from analytics.outbox as newer
                where newer.transition = 'opened'
                    and newer.payload ->> 'fingerprint' = o.payload ->> 'fingerprint'
                    and newer.incident_id > o.incident_id
                    and newer.state <> 'parked'
            ) as is_newest
        from analytics.outbox as o
        join analytics.outbox as opened
            on opened.incident_id = o.incident_id and opened.transition = 'opened' and opened.state = 'delivered'
        where o.transition = 'recovered'
            and o.resolved_at is null
            and o.created_at > clock_timestamp() - interval '7 days'
            and o.resolve_not_before <= clock_timestamp()
            and coalesce(o.resolve_lease_until, '-infinity') <= clock_timestamp()
        order by o.resolve_attempts, o.created_at, o.incident_id
        limit 1
        for update of o skip locked
    )
    update analytics.outbox as o
    set resolve_lease_until = clock_timestamp() + lease,
        resolve_token = o.resolve_token + 1,
        resolve_attempts = o.resolve_attempts + 1
    from due
    where o.event_id = due.event_id
    returning o.event_id, o.resolve_token, o.resolve_attempts, due.opened_event_id, due.is_newest, o.payload;
$$;

revoke all on function analytics.lease_resolution(interval) from public, anon, authenticated;

grant execute on function analytics.lease_resolution(interval) to service_role;

comment on function analytics.lease_resolution(interval) is
    'Leases one recovery whose issue is to be closed, those with the fewest attempts first; is_newest is false when the issue is open again for a newer incident. Service role only.';

-- supabase/schemas/audit/delivery/park_alert.sql

-- Object: analytics.park_alert()
-- Why: an alert that the receiver refuses for good must neither be lost nor block others.
create function analytics.park_alert(event_id text, token bigint, error text)
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    with parked as (
        update analytics.outbox as o
        set state = 'parked', lease_until = null, last_error = left(error, 500)
        where o.event_id = park_alert.event_id and o.lease_token = token and o.state = 'pending'
        returning 1
    )
    select exists (select from parked);
$$;

revoke all on function analytics.park_alert(text, bigint, text) from public, anon, authenticated;

grant execute on function analytics.park_alert(text, bigint, text) to service_role;

comment on function analytics.park_alert(text, bigint, text) is
    'The receiver refuses the alert for good: it is kept, and health is bad until it is released. Service role only.';

-- supabase/schemas/audit/delivery/record_delivery.sql

-- Object: analytics.record_delivery()
-- Why: health has to say whether alerts arrive, and only the sender knows.
create function analytics.record_delivery(state text, detail text)
returns jsonb
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.alert_channels as c
    set state = case when record_delivery.state = 'ok' and trouble.message is not null then 'failing' else record_delivery.state end,
        checked_at = clock_timestamp(),
        detail = left(concat_ws('; ', coalesce(record_delivery.detail, refusal.message), trouble.message), 500)
    from (
        -- Errors of issues that wait to be closed, while a token is there to close them.
        select (
            select format('%s issues wait to be closed: %s', count(*), (array_agg(o.resolve_error order by o.resolve_not_before desc))[1])
            from analytics.outbox as o
            where o.transition = 'recovered'
                and o.resolved_at is null
                and o.resolve_error is not null
                and o.created_at > clock_timestamp() - interval '7 days'
            having count(*) > 0
        ) as message
        from analytics.alert_channels as one
        where one.channel = 'sentry' and one.resolving_at > clock_timestamp() - interval '10 minutes'
        union all
        select null
        order by message nulls last
        limit 1
    ) as trouble,
    lateral (
        -- While alerts are parked, health has to say why: nothing was sent to the receiver since.
        select (
            select o.last_error from analytics.outbox as o where o.state = 'parked' order by o.created_at desc limit 1
        ) as message
    ) as refusal
    where c.channel = 'sentry';

    select jsonb_build_object(
        'pending', count(*) filter (where o.state = 'pending'), 'parked', count(*) filter (where o.state = 'parked')
    )
    from analytics.outbox as o
    where o.state in ('pending', 'parked');
$$;

revoke all on function analytics.record_delivery(text, text) from public, anon, authenticated;

grant execute on function analytics.record_delivery(text, text) to service_role;

comment on function analytics.record_delivery(text, text) is
    'Keeps the result of the delivery, for health, and returns what is still to be sent. Service role only.';

-- supabase/schemas/audit/delivery/release_parked_alerts.sql

-- Object: analytics.release_parked_alerts()
-- Why: called by hand when the reason of a refusal is removed.
create function analytics.release_parked_alerts()
returns bigint
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.outbox as o
    set resolve_not_before = clock_timestamp()
    where o.transition = 'recovered' and o.resolved_at is null and o.resolve_error is not null;

    with released as (
        update analytics.outbox as o
        set state = 'pending', not_before = clock_timestamp(), attempt_count = 0
        where o.state = 'parked'
        returning 1
    )
    select count(*) from released;
$$;

revoke all on function analytics.release_parked_alerts() from public, anon, authenticated;

grant execute on function analytics.release_parked_alerts() to service_role;

comment on function analytics.release_parked_alerts() is
    'After the channel was repaired: parked alerts, and issues that wait to be closed, are due again. Returns how many alerts. Idempotent. Service role only.';

-- supabase/schemas/audit/detectors/accept_row_count.sql

-- Object: analytics.accept_row_count()
-- Why: only a person knows that a view was meant to lose its rows.
create function analytics.accept_row_count(view_name text)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.view_watch as w
    set row_baseline = v.row_count
    from analytics.views as v
    where v.view_name = w.view_name and w.view_name = accept_row_count.view_name
    returning w.row_baseline;
$$;

revoke all on function analytics.accept_row_count(text) from public, anon, authenticated;

comment on function analytics.accept_row_count(text) is
    'Declares the current row count of a view correct: its row_collapse ends with the next pass. Returns the count; null for an unknown view. Idempotent.';

-- supabase/schemas/audit/detectors/audit_finding.sql

-- Object: freshet.audit_finding
-- Why: the row of every freshet.find_*(): what is bad now, and the facts for its alert.
create type freshet.audit_finding as (subject text, evidence jsonb);

-- supabase/schemas/audit/detectors/detect_http.sql

-- Object: freshet.detect_http(), detector of kinds http_failed and unknown_outcome; runs that of net_worker_gone
-- Why: results of the HTTP jobs of this project. Runs after freshet.detect_failed, whose incidents it may explain, and
--      before they are announced. The detector of http_untracked, which guesses the job of an answer, reads the most and
--      knows the least. It has a row of its own after this one: when it fails, or uses up the time, the calls of the
--      ledger are taken and judged all the same.
create function freshet.detect_http()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    read_error text;
begin
    begin
        perform freshet.harvest_responses();
    exception
        when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
            read_error := format('the tables of pg_net cannot be read [%s]', sqlstate);
    end;
    perform freshet.settle_calls();
    perform freshet.detect_http_calls();
    perform freshet.detect_net_worker(read_error);
end
$$;

revoke all on function freshet.detect_http() from public, anon, authenticated;

comment on function freshet.detect_http() is
    'Takes what is known about HTTP calls into the ledger; kinds http_failed, unknown_outcome, net_worker_gone.';

-- supabase/schemas/audit/detectors/detect_net_access.sql

-- Object: freshet.detect_net_access(), detector of kinds net_tampered and net_open
-- Why: pg_net opens its tables to every role. Calls are signed, so that none can be forged or changed; but a role that
--      logs in can delete them, write answers, send requests of its own, and put triggers there, which run with the
--      rights of the role that queues. On the platform Freshet cannot revoke any of this: it is found and reported, and
--      under a foreign trigger nothing is queued.
create function freshet.detect_net_access()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass('net.http_request_queue') is null then
        return;
    end if;
    perform freshet.observe_findings(
        'net_tampered',
        array(select f from freshet.find_net_triggers() as f),
        array['net.http_request_queue', 'net._http_response']
    );
    perform freshet.observe_findings(
        'net_open',
        array(select f from freshet.find_net_roles() as f),
        array(select r.rolname::text from pg_roles as r where r.rolcanlogin)
    );
end
$$;

revoke all on function freshet.detect_net_access() from public, anon, authenticated;

comment on function freshet.detect_net_access() is
    'Kinds net_tampered and net_open: which other roles can change the tables of pg_net.';

-- supabase/schemas/audit/detectors/detect_refreshes.sql

-- Object: freshet.detect_refreshes(), detector of kinds unrefreshed, refresh_denied and locking_refresh
-- Why: the three kinds rest on freshet.refreshes_of_jobs(), so if that fails it is one finding.
create function freshet.detect_refreshes()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.detect_unrefreshed();
    select freshet.observe_findings(
        'refresh_denied',
        array(select f from freshet.find_refreshes_denied() as f),
        array(select w.schema_name || '.' || w.relation_name from freshet.watchable_views() as w)
    );
    select freshet.observe_findings(
        'locking_refresh',
        array(select f from freshet.find_locking_refreshes() as f),
        array(select j.job_name from freshet.known_cron_jobs() as j)
    );
$$;

revoke all on function freshet.detect_refreshes() from public, anon, authenticated;

comment on function freshet.detect_refreshes() is 'Kinds unrefreshed, refresh_denied and locking_refresh.';

-- supabase/schemas/audit/detectors/failed_answers.sql

-- Object: analytics.failed_answers
-- Grain: one row per resource whose answer has failed because of a defect
-- Why: a refresh may succeed and its rows still not fit their resource. Then every caller gets 500, and nothing in the
--      database knows. So the function reports it, at most once a minute for each resource and isolate, without a word
--      of the request.
create table analytics.failed_answers (
    resource text primary key check (resource ~ '^[a-z0-9_./-]{1,200}$'),
    first_failed_at timestamptz not null default clock_timestamp(),
    last_failed_at timestamptz not null default clock_timestamp(),
    failure_count bigint not null default 1,
    request_id uuid not null,
    defect text not null,
    last_answered_at timestamptz
);

alter table analytics.failed_answers enable row level security;

revoke all on table analytics.failed_answers from public, anon, authenticated;

comment on table analytics.failed_answers is
    'What the functions reported about answers that failed. Written by report_failed_answer and report_answered; 1,000 resources at most.';

comment on column analytics.failed_answers.failure_count is 'Reports, not requests: an isolate reports a resource once a minute at most.';

comment on column analytics.failed_answers.request_id is
    'Request of the last reported failure: the function''s log has a line of it.';

comment on column analytics.failed_answers.defect is
    'What was wrong, in the words of the defect, scrubbed: never a value, never a person.';

comment on column analytics.failed_answers.last_answered_at is
    'When an isolate that had reported a failure reported that it answers again.';

-- supabase/schemas/audit/detectors/is_dynamic_refresh.sql

-- Object: freshet.is_dynamic_refresh()
-- Why: a name that is put together at run time cannot be read from the text.
create function freshet.is_dynamic_refresh(text text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select is_dynamic_refresh.text ~* '\mrefresh\s+materialized\s+view\s+(concurrently\s*)?(%|''|\$)';
$$;

revoke all on function freshet.is_dynamic_refresh(text) from public, anon, authenticated;

comment on function freshet.is_dynamic_refresh(text) is 'Whether a text refreshes a view whose name is put together at run time.';

-- supabase/schemas/audit/detectors/is_row_collapse.sql

-- Object: freshet.is_row_collapse()
-- Why: one definition for the detector and for the baseline that it compares with.
create function freshet.is_row_collapse(row_baseline bigint, row_count bigint)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Half of a handful of rows may well disappear; if all are gone, every reader notices.
    select coalesce(row_baseline > 0 and (row_count = 0 or row_baseline >= 20 and row_count < 0.5 * row_baseline), false);
$$;

revoke all on function freshet.is_row_collapse(bigint, bigint) from public, anon, authenticated;

comment on function freshet.is_row_collapse(bigint, bigint) is
    'Whether a view has lost all of its rows, or more than half of at least 20.';

-- supabase/schemas/audit/detectors/join_http_causes.sql

-- Object: freshet.join_http_causes()
-- Why: an HTTP call may have failed because its sender or its secret is missing. A step of its own, with a row of its
--      own in audit_detectors, so that its failure leaves the detectors unharmed.
create function freshet.join_http_causes()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- One cause is announced once. An incident that was announced before its cause was known stays so.
    update analytics.incidents as i
    set cause_id = c.incident_id
    from analytics.incidents as c
    where c.closed_at is null
        and i.closed_at is null and i.announced_at is null and i.cause_id is null
        and (
            (c.kind = 'net_worker_gone' and i.kind = 'unknown_outcome')
            or (c.kind = 'secret_missing' and i.kind = 'failed' and i.evidence ->> 'message' like '%: ' || c.subject || ' is missing in Vault%')
        );
$$;

revoke all on function freshet.join_http_causes() from public, anon, authenticated;

comment on function freshet.join_http_causes() is
    'Makes a missing sender the cause of calls with unknown outcome, and a missing secret that of the jobs that lacked it. Idempotent.';

-- supabase/schemas/audit/detectors/may_refresh.sql

-- Object: freshet.may_refresh()
-- Why: who may refresh differs by version of PostgreSQL.
create function freshet.may_refresh(role text, relation oid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    role_id constant oid := to_regrole(quote_ident(role));
begin
    -- A role that no longer exists is another finding.
    if role_id is null then
        return true;
    end if;
    if pg_has_role(role_id, (select c.relowner from pg_class as c where c.oid = relation), 'usage') then
        return true;
    end if;
    return current_setting('server_version_num')::integer >= 170000 and has_table_privilege(role_id, relation, 'maintain');
end
$$;

revoke all on function freshet.may_refresh(text, oid) from public, anon, authenticated;

comment on function freshet.may_refresh(text, oid) is 'Whether a role may refresh a view: as (a member of) its owner, as a superuser, and from PostgreSQL 17 on by MAINTAIN.';

-- supabase/schemas/audit/detectors/observe_findings.sql

-- Object: freshet.observe_findings()
-- Why: each freshet.find_*() only says what is wrong now; this one step turns all of them into findings that open,
--      count and close.
create function freshet.observe_findings(kind text, findings freshet.audit_finding[], known_subjects text[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => observe_findings.kind,
        subject => b.subject,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => b.evidence
    )
    from unnest(findings) as b
    order by b.subject;

    -- A subject that was never bad needs no observation.
    perform freshet.observe(
        kind => f.kind,
        subject => f.subject,
        state => 'ok',
        observed_at => clock_timestamp(),
        evidence => f.evidence
    )
    from analytics.findings as f
    where f.kind = observe_findings.kind
        and f.state <> 'ok'
        and f.subject = any (known_subjects)
        and f.subject <> all (array(select b.subject from unnest(findings) as b));

    perform freshet.withdraw_subjects(
        observe_findings.kind, known_subjects || array(select b.subject from unnest(findings) as b)
    );
end
$$;

revoke all on function freshet.observe_findings(text, freshet.audit_finding[], text[]) from public, anon, authenticated;

comment on function freshet.observe_findings(text, freshet.audit_finding[], text[]) is
    'Observes everything that is bad of a kind now, and that the other known subjects no longer are. known_subjects: the subjects that still exist.';

-- supabase/schemas/audit/detectors/refresh_lock_holders.sql

-- Object: freshet.refresh_lock_holders(), used by the detector of kind lock_wait
-- Why: an advisory lock, which any role may take, keeps a refresh out: each refresh then ends as skipped_busy, which is
--      not a failure. A row lock would not be open to other roles, but the refresh would hold its snapshot against
--      vacuum of the registry, and writers of that row would wait for it; so a lock that is held too long is found and
--      reported.
create function freshet.refresh_lock_holders()
returns table (view_name text, pid integer, role_name text, held_since timestamptz)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with locks as materialized (
        select l.pid, l.mode, (l.classid::bigint << 32) | l.objid::bigint as key
        from pg_locks as l
        where l.locktype = 'advisory' and l.granted and l.objsubid = 1
            and l.database = (select d.oid from pg_database as d where d.datname = current_database())
    ),
    wanted as (
        select v.view_name, hashtextextended('freshet.refresh:' || v.view_name, 0) as key, true as is_shared_enough
        from analytics.views as v
        union all
        -- Refreshes share the lock of each source.
        select s.view_name, freshet.source_lock_key(s.source), false
        from analytics.view_sources as s
    )
    select
        w.view_name, l.pid, a.usename::text,
        case
            -- A lock is as old as its transaction; one kept beyond the transaction is at least as old as the last
            -- statement.
            when has_function_privilege(a.usesysid, 'analytics.refresh_view(text, text)', 'execute')
                or pg_has_role(a.usesysid, 'service_role', 'member')
                then coalesce(a.xact_start, a.state_change)
            -- A role that cannot refresh has no reason to hold the lock, and could look young by running a statement at
            -- any time.
            else a.backend_start
        end
    from wanted as w
    join locks as l on l.key = w.key and (w.is_shared_enough or l.mode = 'ExclusiveLock')
    join pg_stat_activity as a on a.pid = l.pid;
$$;

revoke all on function freshet.refresh_lock_holders() from public, anon, authenticated;

comment on function freshet.refresh_lock_holders() is
    'Sessions that hold an advisory lock which keeps a view from being refreshed, and at least since when.';

-- supabase/schemas/audit/detectors/refreshes_in.sql

-- Object: freshet.refreshes_in()
-- Why: reads from a command or a function body which views it refreshes.
create function freshet.refreshes_in(text text)
returns table (schema_name text, relation_name text, is_concurrent boolean, is_emptying boolean)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with found as (
        select regexp_matches(
            refreshes_in.text,
            '\mrefresh\s+materialized\s+view\s+(concurrently\s+)?(?:("[^"]+"|[\w$]+)\s*\.\s*)?("[^"]+"|[\w$]+)(\s+with\s+no\s+data)?', 'gi'
        ) as parts
    ),
    parted as (
        select
            case when f.parts[2] like '"%' then btrim(f.parts[2], '"') else lower(f.parts[2]) end as schema_name,
            case when f.parts[3] like '"%' then btrim(f.parts[3], '"') else lower(f.parts[3]) end as relation_name,
            f.parts[1] is not null as is_concurrent,
            f.parts[4] is not null as is_emptying
        from found as f
    )
    -- "concurrently" remains as the name where the name is put together at run time.
    select p.* from parted as p where p.relation_name <> 'concurrently';
$$;

revoke all on function freshet.refreshes_in(text) from public, anon, authenticated;

comment on function freshet.refreshes_in(text) is
    'The refreshes that a text spells out; those put together at run time are not included.';

-- supabase/schemas/audit/detectors/refreshes_of_jobs.sql

-- Object: freshet.refreshes_of_jobs(), used by the detectors of kinds unrefreshed, refresh_denied and locking_refresh
-- Why: a view that no job refreshes raises no error and never changes; a job whose role does not own its view fails at
--      night; and a plain refresh makes every reader wait where a concurrent one would not. The catalogue shows all
--      three.
create function freshet.refreshes_of_jobs()
returns table (
    job_name text, jobid bigint, schedule text, acts_as text, place text, is_dynamic boolean,
    relation oid, view_name text, is_concurrent boolean, is_emptying boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with texts as materialized (
        -- Once for each text, not for each refresh in it: a command may spell out ten thousand.
        select t.*, freshet.is_dynamic_refresh(t.text) as is_dynamic
        from freshet.texts_of_jobs('\mrefresh\s+materialized\s+view\M') as t
    ),

    views as materialized (select w.* from freshet.watchable_views() as w)

    select
        t.job_name, t.jobid, t.schedule, t.acts_as, t.place, t.is_dynamic,
        v.relation, v.schema_name || '.' || v.relation_name, r.is_concurrent, r.is_emptying
    from texts as t
    left join lateral (select distinct n.* from freshet.refreshes_in(t.text) as n) as r on true
    left join views as v on v.relation_name = r.relation_name and v.schema_name = coalesce(r.schema_name, v.schema_name);
$$;

revoke all on function freshet.refreshes_of_jobs() from public, anon, authenticated;

comment on function freshet.refreshes_of_jobs() is
    'Which views the active jobs refresh, as far as their commands and the functions that they call spell it out. A name without a schema means each view of that name.';

-- supabase/schemas/audit/detectors/report_answered.sql

-- Object: analytics.report_answered()
-- Why: an incident about a failing resource has to end; see analytics.failed_answers.
create function analytics.report_answered(resource text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.failed_answers as f
    set last_answered_at = clock_timestamp()
    where f.resource = report_answered.resource;
$$;

revoke all on function analytics.report_answered(text) from public, anon, authenticated;

grant execute on function analytics.report_answered(text) to service_role;

comment on function analytics.report_answered(text) is
    'A function that has reported a failure of this resource reports that it answers again. Service role only. Idempotent.';

-- supabase/schemas/audit/detectors/report_failed_answer.sql

-- Object: analytics.report_failed_answer()
-- Why: only the function knows that its answers fail; see analytics.failed_answers.
create function analytics.report_failed_answer(resource text, request_id uuid, defect text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from analytics.failed_answers as f where f.resource = report_failed_answer.resource)
        and (select count(*) from analytics.failed_answers as f) >= 1000
    then
        return;
    end if;
    insert into analytics.failed_answers as f (resource, request_id, defect)
    values (report_failed_answer.resource, report_failed_answer.request_id, left(report_failed_answer.defect, 1000))
    on conflict on constraint failed_answers_pkey do update
    set last_failed_at = excluded.last_failed_at,
        failure_count = f.failure_count + 1,
        request_id = excluded.request_id,
        defect = excluded.defect;
end
$$;

revoke all on function analytics.report_failed_answer(text, uuid, text) from public, anon, authenticated;

grant execute on function analytics.report_failed_answer(text, uuid, text) to service_role;

comment on function analytics.report_failed_answer(text, uuid, text) is
    'A function reports that it could not answer because of a defect. Service role only. Not idempotent: it counts.';

-- supabase/schemas/audit/detectors/struck_evidence.sql

-- Object: freshet.struck_evidence()
-- Why: one incident stands for many jobs, so its evidence lists them.
create function freshet.struck_evidence(kind text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        -- A single job can be muted like any other.
        'job', case when count(*) = 1 then min(s.job_name) end,
        'job_count', count(*),
        'jobs', to_jsonb((array_agg(s.job_name order by s.job_name))[1:20]),
        'runid', max(s.runid),
        'message', format(
            '%s: %s', (array_agg(s.message order by s.runid desc))[1],
            array_to_string((array_agg(s.job_name order by s.job_name))[1:20], ', ')
        )
    )
    from analytics.struck_jobs as s
    where s.kind = struck_evidence.kind;
$$;

revoke all on function freshet.struck_evidence(text) from public, anon, authenticated;

comment on function freshet.struck_evidence(text) is 'The struck jobs, and their messages.';

-- supabase/schemas/audit/detectors/unwatched_views.sql

-- Object: analytics.unwatched_views
-- Grain: one row per view that may stay without a job
-- Why: some views are refreshed by hand on purpose, and kind unrefreshed must not report them.
create table analytics.unwatched_views (
    view_name text primary key check (view_name ~ '^[^.]+\..+$'),
    reason text,
    added_at timestamptz not null default now()
);

alter table analytics.unwatched_views enable row level security;

revoke all on table analytics.unwatched_views from public, anon, authenticated;

comment on table analytics.unwatched_views is 'Materialized views that may stay without a job. Written by hand.';

comment on column analytics.unwatched_views.view_name is 'schema.name, as kind unrefreshed reports it.';

-- supabase/schemas/audit/detectors/url_host.sql

-- Object: freshet.url_host()
-- Why: an address may hold a password; only its host may be shown.
create function freshet.url_host(url text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select lower((regexp_match(url, '^https?://(?:[^/@\s]*@)?([^/?#\s''":]+)', 'i'))[1]);
$$;

revoke all on function freshet.url_host(text) from public, anon, authenticated;

comment on function freshet.url_host(text) is 'Host name of a web address, without user, password and port.';

-- supabase/schemas/audit/detectors/view_watch.sql

-- Object: analytics.view_watch
-- Grain: one row per registered view
-- Why: the catalogue proves that a refresh happened, whatever the ledger says; see freshet.watch_views().
create table analytics.view_watch (
    view_name text primary key references analytics.views (view_name) on delete cascade,
    relation oid,
    row_xmin text,
    filenode oid,
    version bigint not null,
    judged_runid bigint,
    row_baseline bigint
);

alter table analytics.view_watch enable row level security;

revoke all on table analytics.view_watch from public, anon, authenticated;

comment on table analytics.view_watch is 'What the audit remembers of each view between two passes.';

comment on column analytics.view_watch.row_xmin is
    'Writing transaction of the view''s row in pg_class: another one after each refresh.';

comment on column analytics.view_watch.judged_runid is 'The last succeeded run that was compared with the ledger.';

comment on column analytics.view_watch.row_baseline is 'Rows of the last refresh that was not suspicious.';

-- supabase/schemas/audit/detectors/watch_views.sql

-- Object: freshet.watch_views(), detector of kinds not_refreshed and row_collapse
-- Why: the catalogue proves that a refresh happened, not the session that reports one: a refresh rewrites the view's
--      row of pg_class, even when no data has changed, and nothing else in normal operation does.
create function freshet.watch_views()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    view record;
    is_untouched boolean;
    is_unrecorded boolean;
begin
    for view in
        -- One statement, one snapshot: the version and the catalogue's row belong together.
        select
            v.view_name, v.job_name, v.schedule, v.version, v.row_count,
            c.oid as relation, c.xmin::text as row_xmin, c.relfilenode as filenode,
            w.view_name is not null as is_known, w.version as old_version, w.row_baseline, w.judged_runid,
            (w.relation, w.row_xmin, w.filenode) is not distinct from (c.oid, c.xmin::text, c.relfilenode) as is_same,
            p.last_success_runid, p.last_success_started_at
        from analytics.views as v
        join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', v.view_name))
        left join analytics.view_watch as w on w.view_name = v.view_name
        left join analytics.job_pace as p on p.job_name = v.job_name
        order by v.view_name
    loop
        is_untouched := view.is_known and view.version > view.old_version and view.is_same;
        is_unrecorded := view.is_known
            and view.last_success_runid > coalesce(view.judged_runid, 0)
            and not exists (
                select
                from analytics.refresh_log as l
                where l.view_name = view.view_name
                    -- The scheduler and the run read their clocks a moment apart.
                    and l.started_at >= view.last_success_started_at - interval '5 seconds'
            );

        if is_untouched or is_unrecorded then
            perform freshet.observe(
                kind => 'not_refreshed',
                subject => view.view_name,
                state => 'bad',
                observed_at => clock_timestamp(),
                evidence => jsonb_build_object(
                    'view', view.view_name, 'job', view.job_name, 'schedule', view.schedule, 'runid', view.last_success_runid,
                    'message', case
                        when is_untouched then format(
                            'its version moved from %s to %s, and the view was not written', view.old_version, view.version
                        )
                        else format('run %s succeeded, and did not refresh it', view.last_success_runid)
                    end
                )
            );
        elsif view.version > view.old_version
            or view.last_success_runid > coalesce(view.judged_runid, 0)
        then
            perform freshet.observe('not_refreshed', view.view_name, 'ok', clock_timestamp(), '{}');
        end if;

        if freshet.is_row_collapse(view.row_baseline, view.row_count) then
            perform freshet.observe(
                kind => 'row_collapse',
                subject => view.view_name,
                state => 'bad',
                observed_at => clock_timestamp(),
                evidence => jsonb_build_object(
                    'view', view.view_name, 'job', view.job_name, 'schedule', view.schedule,
                    'message', format('%s rows, and %s before', view.row_count, view.row_baseline)
                )
            );
        else
            perform freshet.observe('row_collapse', view.view_name, 'ok', clock_timestamp(), '{}')
            where exists (
                select from analytics.findings as f
                where f.kind = 'row_collapse' and f.subject = view.view_name and f.state = 'bad'
            );
        end if;

        insert into analytics.view_watch as w (view_name, relation, row_xmin, filenode, version, judged_runid, row_baseline)
        values (
            view.view_name, view.relation, view.row_xmin, view.filenode, view.version, view.last_success_runid, view.row_count
        )
        on conflict on constraint view_watch_pkey do update
        set relation = excluded.relation,
            row_xmin = excluded.row_xmin,
            filenode = excluded.filenode,
            version = excluded.version,
            judged_runid = excluded.judged_runid,
            row_baseline = case
                when freshet.is_row_collapse(w.row_baseline, excluded.row_baseline) then w.row_baseline
                else excluded.row_baseline
            end;
    end loop;

    perform freshet.withdraw_subjects(k.kind, array(select v.view_name from analytics.views as v))
    from (values ('not_refreshed'), ('row_collapse')) as k (kind);
end
$$;

revoke all on function freshet.watch_views() from public, anon, authenticated;

comment on function freshet.watch_views() is
    'Kinds not_refreshed and row_collapse: compares the ledger of each view with the catalogue, the runs and the previous row count.';

-- supabase/schemas/audit/detectors/watchable_views.sql

-- Object: freshet.watchable_views()
-- Why: views of the platform and of extensions are refreshed by their owners.
create function freshet.watchable_views()
returns table (relation oid, schema_name text, relation_name text, owner text, is_populated boolean, is_registered boolean, has_key boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.oid, n.nspname::text, c.relname::text, pg_get_userbyid(c.relowner)::text, c.relispopulated,
        n.nspname = 'analytics' and exists (select from analytics.views as v where v.view_name = c.relname),
        exists (
            select
            from pg_index as i
            where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null
                and not (0 = any (i.indkey::int2[]))
        )
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'm'
        and n.nspname !~ '^(pg_|_realtime|supabase_)'
        and n.nspname not in (
            'information_schema', 'auth', 'storage', 'realtime', 'extensions', 'graphql', 'graphql_public', 'vault', 'cron', 'net',
            'pgbouncer', 'pgsodium'
        )
        -- An extension refreshes its own views.
        and not exists (
            select from pg_depend as d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        );
$$;

revoke all on function freshet.watchable_views() from public, anon, authenticated;

comment on function freshet.watchable_views() is 'Materialized views of the database that are neither the platform''s nor an extension''s.';

-- supabase/schemas/audit/health/get_audit_health.sql

-- Object: analytics.get_audit_health()
-- Serves: /health
-- Why: health is computed from the last stored pass and its age. An audit that is old, or never ran, or cannot see, is
--      unknown: never ok. Health is read at any moment, and a pass runs every five minutes: the reasons are the
--      incidents that are open now. An alert that the receiver refused gives its reason for as long as it is kept, even
--      if later alerts were accepted.
create function analytics.get_audit_health()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Three periods of the audit's own job.
    old_after constant interval := interval '15 minutes';
    state analytics.audit_state;
    channel analytics.alert_channels;
    age interval;
    pending_count bigint;
    parked_count bigint;
    waiting interval;
    refusal text;
    open_count bigint;
    unknown_reasons text[] := array[]::text[];
    bad_reasons text[] := array[]::text[];
    notes text[] := array[]::text[];
begin
    select * into strict state from analytics.audit_state;
    select * into strict channel from analytics.alert_channels as c where c.channel = 'sentry';
    select
        count(*) filter (where o.state = 'pending'),
        count(*) filter (where o.state = 'parked'),
        clock_timestamp() - min(o.created_at) filter (where o.state = 'pending')
    into pending_count, parked_count, waiting
    from analytics.outbox as o
    where o.state in ('pending', 'parked');
    -- The channel may have accepted others since.
    select coalesce(o.last_error, channel.detail, 'without a word') into refusal
    from analytics.outbox as o
    where o.state = 'parked'
    order by o.created_at, o.incident_id
    limit 1;
    select count(*) into open_count from analytics.incidents as i where i.closed_at is null and i.kind <> 'storm';
    age := clock_timestamp() - state.last_audit_at;

    if age is null then
        unknown_reasons := array['no audit has run yet: ' || freshet.why_not_audited()];
    elsif age > old_after then
        unknown_reasons := array_remove(
            array[
                format('the last audit is %s seconds old', extract(epoch from age)::bigint), 'the last audit failed: ' || state.failure
            ],
            null
        );
    elsif state.last_outcome = 'unknown' then
        unknown_reasons := array(select jsonb_array_elements_text(state.last_reasons));
    else
        -- As of now: an incident that was repaired since the last pass is no longer a reason.
        bad_reasons := array(
            select r.reason
            from jsonb_array_elements_text(state.last_reasons) with ordinality as r (reason, place)
            where state.last_outcome = 'bad'
                and not exists (select from analytics.incidents as i where i.fingerprint = r.reason and i.closed_at >= state.last_audit_at)
            order by r.place
        );
        bad_reasons := bad_reasons || array(
            select i.fingerprint
            from analytics.incidents as i
            where i.closed_at is null
                and i.kind not in ('storm', 'blind')
                and i.severity in ('fatal', 'error')
                and i.fingerprint <> all (bad_reasons)
            order by i.incident_id
            limit 20
        );
    end if;

    if parked_count > 0 then
        bad_reasons := bad_reasons || format('%s alerts were refused by the receiver: %s', parked_count, refusal);
    end if;
    if waiting > old_after then
        bad_reasons := bad_reasons
            || format('%s alerts wait, the oldest for %s seconds', pending_count, extract(epoch from waiting)::bigint);
    end if;
    if channel.state = 'unconfigured' and pending_count > 0 then
        bad_reasons := bad_reasons || format('%s alerts wait: SENTRY_DSN is missing or is no DSN', pending_count);
    elsif channel.state = 'unconfigured' then
        notes := array_append(notes, 'alerts are kept but not sent: SENTRY_DSN is missing or is no DSN');
    elsif channel.state = 'refused' and parked_count = 0 then
        bad_reasons := bad_reasons || format('the receiver refuses us: %s', coalesce(channel.detail, 'without a word'));
    elsif channel.state in ('limited', 'failing') then
        notes := notes || format('the last delivery did not succeed: %s', coalesce(channel.detail, 'without a word'));
    end if;

    return jsonb_build_object(
        'status', case
            when unknown_reasons <> '{}' then 'unknown' when bad_reasons <> '{}' then 'bad' else 'ok'
        end,
        'reasons', to_jsonb(unknown_reasons || bad_reasons),
        'notes', to_jsonb(notes),
        'audited_at', state.last_audit_at,
        'age_seconds', extract(epoch from age)::bigint,
        'open_incidents', open_count,
        'alerts', jsonb_build_object(
            'pending', pending_count,
            'parked', parked_count,
            'oldest_pending_seconds', extract(epoch from waiting)::bigint
        ),
        'delivery', jsonb_build_object('state', channel.state, 'checked_at', channel.checked_at, 'detail', channel.detail)
    );
end
$$;

revoke all on function analytics.get_audit_health() from public, anon, authenticated;

grant execute on function analytics.get_audit_health() to service_role;

comment on function analytics.get_audit_health() is
    'status ok, bad or unknown, with reasons, from the last stored audit and its age. Service role only. Reasons contain names of jobs and views, never messages.';

-- supabase/schemas/audit/health/why_not_audited.sql

-- Object: freshet.why_not_audited()
-- Why: until the first pass health is unknown; the person who deploys has to read what is still missing.
create function freshet.why_not_audited()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select string_agg(n.name || ' ' || freshet.secret_flaw(n.name), ' and ' order by n.name)
            from unnest(array['project_url', 'freshet_call_secret']) as n (name)
            where freshet.secret_flaw(n.name) is not null
        ),
        (
            -- Each call stores the answer to the one before it.
            select format(
                'the call of %s UTC was answered %s%s', to_char(c.queued_at at time zone 'UTC', 'HH24:MI'),
                coalesce(c.status_code::text, 'by nothing'),
                case
                    when c.status_code = 404 then ', so cron-audit was not deployed then; the next call follows within five minutes'
                    when c.status_code in (401, 403) then ', so cron-audit did not take its signature: its log says why'
                    when c.status_code >= 500 then '; the log of cron-audit says why'
                    else '; the next call follows within five minutes'
                end
            )
            from analytics.http_calls as c
            where c.function_name = 'cron-audit' and c.harvested_at is not null
            order by c.call_id desc
            limit 1
        ),
        'job analytics-cron-audit makes the first within five minutes'
    );
$$;

revoke all on function freshet.why_not_audited() from public, anon, authenticated;

comment on function freshet.why_not_audited() is 'What the first pass waits for, in words for /health.';

-- supabase/schemas/audit/http/callee_of.sql

-- Object: freshet.callee_of()
-- Why: the path of an address may hold a key, and the ledger keeps none.
create function freshet.callee_of(url text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        'function "' || substring(url from '^[a-z]+://[^/?#]+/functions/v1/([A-Za-z][A-Za-z0-9_-]{0,127})(?:[/?#]|$)') || '"',
        -- Without the part before "@", which holds a password.
        '//' || substring(url from '^[a-zA-Z]+://(?:[^/?#@]*@)?([^/?#@]+)'),
        '//'
    );
$$;

revoke all on function freshet.callee_of(text) from public, anon, authenticated;

comment on function freshet.callee_of(text) is
    'The part of an address that the ledger keeps: the name of the edge function, or the host.';

-- supabase/schemas/audit/http/detect_http_calls.sql

-- Object: freshet.detect_http_calls(), detector of kinds http_failed and unknown_outcome
-- Why: a function that is not deployed yet answers 404, and pg_net keeps that for six hours. Calls that were queued
--      before the first pass are not reported, even when their answer comes after it.
create function freshet.detect_http_calls()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    call analytics.http_calls;
    is_known boolean;
    judged_since constant timestamptz := freshet.judged_since();
begin
    -- In the order in which outcomes became known. The caller sees the result of a call by hand; a call from before the
    -- first pass may have found no function yet, whenever its answer comes.
    for call in
        select c.*
        from analytics.http_calls as c
        where c.outcome <> 'pending' and not c.is_observed
        order by c.settled_at, c.call_id
        for update of c skip locked
    loop
        update analytics.http_calls as c set is_observed = true where c.call_id = call.call_id;
        continue when call.job_name is null or call.queued_at < judged_since;
        is_known := call.outcome <> 'unknown';

        -- A good outcome of a call that was never bad changes nothing, and most outcomes are such.
        if not is_known or freshet.is_watched('unknown_outcome', call.job_name) then
            perform freshet.observe(
                kind => 'unknown_outcome',
                subject => call.job_name,
                state => case when is_known then 'ok' else 'bad' end,
                observed_at => call.settled_at,
                evidence => freshet.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
        -- An unknown outcome neither breaks a streak of failures nor adds to it.
        continue when not is_known;
        if call.outcome = 'failed' or freshet.is_watched('http_failed', call.job_name) then
            perform freshet.observe(
                kind => 'http_failed',
                subject => call.job_name,
                state => case call.outcome when 'failed' then 'bad' else 'ok' end,
                observed_at => call.settled_at,
                evidence => freshet.http_evidence(call),
                seen_since => call.queued_at
            );
        end if;
    end loop;

    -- An audit that does not see its own job cannot say that another job is gone.
    if freshet.is_audit_sighted() then
        perform freshet.withdraw_subjects(k.kind, known.subjects)
        from (values ('http_failed'), ('unknown_outcome')) as k (kind)
        cross join (
            select coalesce(array_agg(n.job_name), '{}') as subjects
            from (
                select j.job_name from freshet.known_cron_jobs() as j
                union
                select d.job_name from analytics.scheduled_jobs as d
            ) as n
        ) as known;
    end if;
end
$$;

revoke all on function freshet.detect_http_calls() from public, anon, authenticated;

comment on function freshet.detect_http_calls() is
    'Kinds http_failed and unknown_outcome, from calls that were settled since the last pass. Not idempotent: each outcome is observed once.';

-- supabase/schemas/audit/http/failed_at.sql

-- Object: freshet.failed_at()
-- Why: failed answers are compared by their moment, to know which one an incident has counted already.
create function freshet.failed_at(evidence jsonb)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- An implausible moment sorts before any other.
    select coalesce(freshet.run_time((evidence ->> 'failed_at')::timestamptz), '-infinity');
$$;

revoke all on function freshet.failed_at(jsonb) from public, anon, authenticated;

comment on function freshet.failed_at(jsonb) is 'The moment of the failed answer that a finding or an incident is about.';

-- supabase/schemas/audit/http/http_evidence.sql

-- Object: freshet.http_evidence()
-- Why: pg_cron writes "succeeded" when a request was queued. A failed answer, or an unknown outcome, is a finding of
--      its own, counted once a call as failed runs are counted once a run.
create function freshet.http_evidence(call analytics.http_calls)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'job', call.job_name,
        'schedule', freshet.schedule_of_job(call.job_name),
        'runid', call.runid,
        'call_id', call.call_id,
        'function', call.function_name,
        'http_status', call.status_code,
        'failure_class', freshet.http_failure_class(call),
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

revoke all on function freshet.http_evidence(analytics.http_calls) from public, anon, authenticated;

comment on function freshet.http_evidence(analytics.http_calls) is 'The content of an alert about a call.';

-- supabase/schemas/audit/http/http_failure_class.sql

-- Object: freshet.http_failure_class()
-- Why: says who has to act: the function, the network, or the configuration.
create function freshet.http_failure_class(call analytics.http_calls)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when call.outcome <> 'failed' then null
        when call.completion = 'failed' then 'reported'
        when call.is_timed_out then 'timeout'
        when call.status_code is null then 'connection'
        -- A wrong key, name or address: it will fail the same way until a person changes something.
        when call.status_code in (401, 403, 404) or call.status_code between 300 and 399 then 'config'
        when call.status_code >= 500 then 'server'
        else 'client'
    end;
$$;

revoke all on function freshet.http_failure_class(analytics.http_calls) from public, anon, authenticated;

comment on function freshet.http_failure_class(analytics.http_calls) is
    'Why a call failed: reported, timeout, connection, config, server or client; null when it did not.';

-- supabase/schemas/audit/http/http_get.sql

-- Object: analytics.http_get()
-- Why: puts a job that calls net.http_get under audit; see analytics.http_post().
create function analytics.http_get(
    url text,
    params jsonb default '{}'::jsonb,
    headers jsonb default '{}'::jsonb,
    timeout_milliseconds integer default 5000
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    grace constant interval := interval '2 minutes';
    new_call_id constant bigint := freshet.open_call(
        freshet.callee_of(url), make_interval(secs => coalesce(timeout_milliseconds, 5000) / 1000.0) + grace, false
    );
    new_request_id constant bigint := net.http_get(
        url := url, params := params, headers := headers, timeout_milliseconds := timeout_milliseconds
    );
begin
    update analytics.http_calls as c set request_id = new_request_id where c.call_id = new_call_id;
    return new_request_id;
end
$$;

revoke all on function analytics.http_get(text, jsonb, jsonb, integer) from public, anon, authenticated;

comment on function analytics.http_get(text, jsonb, jsonb, integer) is
    'net.http_get, noted in the ledger under the calling job, so that its outcome is audited. Same arguments, same result. Not idempotent: each call is one request.';

-- supabase/schemas/audit/http/http_post.sql

-- Object: analytics.http_post()
-- Why: a job that calls net.http_post itself leaves no row in the ledger, and pg_net does not say which job called. The
--      same call in schema analytics does, so that such a job is repaired by changing one word of its command.
create function analytics.http_post(
    url text,
    body jsonb default '{}'::jsonb,
    params jsonb default '{}'::jsonb,
    headers jsonb default '{"Content-Type": "application/json"}'::jsonb,
    timeout_milliseconds integer default 5000
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    grace constant interval := interval '2 minutes';
    new_call_id constant bigint := freshet.open_call(
        freshet.callee_of(url), make_interval(secs => coalesce(timeout_milliseconds, 5000) / 1000.0) + grace, false
    );
    new_request_id constant bigint := net.http_post(
        url := url, body := body, params := params, headers := headers, timeout_milliseconds := timeout_milliseconds
    );
begin
    update analytics.http_calls as c set request_id = new_request_id where c.call_id = new_call_id;
    return new_request_id;
end
$$;

revoke all on function analytics.http_post(text, jsonb, jsonb, jsonb, integer) from public, anon, authenticated;

comment on function analytics.http_post(text, jsonb, jsonb, jsonb, integer) is
    'net.http_post, noted in the ledger under the calling job, so that its outcome is audited. Same arguments, same result. Not idempotent: each call is one request.';

-- supabase/schemas/audit/http/is_watched.sql

-- Object: freshet.is_watched()
-- Why: most observations are good and change nothing, so they are not written.
create function freshet.is_watched(kind text, subject text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.findings as f
        where f.kind = is_watched.kind and f.subject = is_watched.subject and f.state <> 'ok'
    ) or exists (
        select
        from analytics.incidents as i
        where i.kind = is_watched.kind and i.subject = is_watched.subject and i.closed_at is null
    );
$$;

revoke all on function freshet.is_watched(text, text) from public, anon, authenticated;

comment on function freshet.is_watched(text, text) is
    'Whether a good observation of this subject would change anything.';

-- supabase/schemas/audit/http/net_answers.sql

-- Object: freshet.net_answers()
-- Why: rows of pg_cron and pg_net may hold an implausible moment ("infinity", a year 9999). An incident of such a
--      moment would never end, and a list with such a run could not be read. So a row without a plausible moment is
--      judged by no detector.
create function freshet.net_answers(since timestamptz)
returns table (id bigint, created timestamptz, is_ok boolean, outcome text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.id, r.created, coalesce(r.status_code between 200 and 299, false),
        case
            when r.status_code is not null then r.status_code::text
            when coalesce(r.timed_out, freshet.tells_timeout(r.status_code, r.error_msg)) then 'timed out'
            else 'no answer'
        end
    from net._http_response as r
    where r.created > net_answers.since
        -- A row from the future is judged when its moment has come.
        and r.created < clock_timestamp() + interval '1 minute'
        and not exists (
            select
            from analytics.http_calls as c
            where c.request_id = r.id and r.created >= c.queued_at - interval '1 minute'
        )
    order by r.created desc
    -- Database webhooks may produce any number of them.
    limit 20000;
$$;

revoke all on function freshet.net_answers(timestamptz) from public, anon, authenticated;

comment on function freshet.net_answers(timestamptz) is
    'Answers that pg_net holds to calls that the ledger does not know, the newest 20,000.';

-- supabase/schemas/audit/http/note_lost_answers.sql

-- Object: freshet.note_lost_answers(), detector of kind history_lost for answers of pg_net
-- Why: reading continues where it ended, however long an outage was. Answers that pg_net deleted before they were read
--      are reported, as a loss of history is.
create function freshet.note_lost_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    read_at constant timestamptz := clock_timestamp();
    kept_for constant interval := coalesce(nullif(current_setting('pg_net.ttl', true), ''), '6 hours')::interval;
    audit analytics.audit_state;
    queued bigint[] := array[]::bigint[];
    newest bigint;
    lost_count bigint;
    reason text;
begin
    select * into strict audit from analytics.audit_state;
    begin
        queued := array(select q.id from net.http_request_queue as q);
    exception
        when insufficient_privilege or undefined_table or undefined_column then
            null;
    end;
    select coalesce(
        (
            select case when has_sequence_privilege('net.http_request_queue_id_seq', 'select') then s.last_value end
            from pg_sequences as s
            where s.schemaname = 'net' and s.sequencename = 'http_request_queue_id_seq'
        ),
        -- Where the sequence is not readable: the newest known id.
        greatest((select max(r.id) from net._http_response as r), (select max(q.id) from unnest(queued) as q (id)), 0)
    )
    into newest;

    -- While passes run more often than answers are deleted, each answer is read.
    if audit.answers_read_at < read_at - kept_for then
        if newest < audit.answers_last_id then
            reason := format(
                'pg_net''s numbers began again after %s, and the answers to HTTP calls of before are gone: whether one failed cannot be known', audit.answers_read_at
            );
        else
            select newest - audit.answers_last_id - count(*) into lost_count
            from (
                select r.id from net._http_response as r where r.id between audit.answers_last_id + 1 and newest
                union
                select q.id from unnest(queued) as q (id) where q.id between audit.answers_last_id + 1 and newest
                union
                -- The ledger has rows for these, and reports itself which outcome is unknown.
                select c.request_id
                from analytics.http_calls as c
                where c.request_id between audit.answers_last_id + 1 and newest and c.queued_at > audit.answers_read_at - interval '1 minute'
            ) as known;
            if lost_count > 0 then
                reason := format(
                    'as many as %s answers to HTTP calls were deleted before they were read, those from %s to %s: whether they failed will never be known',
                    lost_count, audit.answers_read_at, read_at - kept_for
                );
            end if;
        end if;
    end if;

    -- A loss is reported once and then over: what comes after it is read as usual.
    if reason is not null or exists (
        select from analytics.findings as f where f.kind = 'history_lost' and f.subject = 'net._http_response' and f.state <> 'ok'
    ) then
        perform freshet.observe(
            'history_lost', 'net._http_response', case when reason is null then 'ok' else 'bad' end, read_at,
            jsonb_strip_nulls(jsonb_build_object('message', reason, 'lost_count', lost_count))
        );
    end if;
    update analytics.audit_state as s set answers_read_at = read_at, answers_last_id = newest;
end
$$;

revoke all on function freshet.note_lost_answers() from public, anon, authenticated;

comment on function freshet.note_lost_answers() is
    'Kind history_lost: answers of pg_net that were deleted before they were read. Notes how far they were read. Not idempotent: a loss is reported once.';

-- supabase/schemas/audit/http/observe_untracked.sql

-- Object: freshet.observe_untracked()
-- Why: one shape of evidence for each of the three subjects of kind http_untracked.
create function freshet.observe_untracked(
    subject text, state text, jobs text[], failed_count bigint, failed_at timestamptz, outcome text, message text
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe(
        kind => 'http_untracked',
        subject => observe_untracked.subject,
        state => observe_untracked.state,
        observed_at => clock_timestamp(),
        evidence => jsonb_strip_nulls(jsonb_build_object(
            'job', case when cardinality(jobs) = 1 and jobs[1] = observe_untracked.subject then jobs[1] end,
            'jobs', to_jsonb(jobs[1:20]),
            'schedule', freshet.schedule_of_job(observe_untracked.subject),
            'severity', case when cardinality(jobs) = 0 then 'warning' end,
            'http_status', case when outcome ~ '^\d+$' then outcome::integer end,
            'failed_at', failed_at,
            'message', observe_untracked.message
        )),
        weight => greatest(failed_count, 1)
    );
$$;

revoke all on function freshet.observe_untracked(text, text, text[], bigint, timestamptz, text, text) from public, anon, authenticated;

comment on function freshet.observe_untracked(text, text, text[], bigint, timestamptz, text, text) is
    'Observes kind http_untracked for a job, for several that cannot be distinguished ("pg_net"), or for none ("no job").';

-- supabase/schemas/audit/http/open_call.sql

-- Object: freshet.open_call()
-- Why: every way to queue a request begins here, so that none misses the ledger or the check for foreign triggers.
create function freshet.open_call(callee text, deadline_in interval, awaits_completion boolean)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    run record;
    in_seconds boolean;
    new_call_id bigint;
begin
    -- Any role may put a trigger there, which would run as the owner of the function that queues. A trigger that is
    -- about to be committed keeps the queue locked: the insert would wait for it and then fire it. So this waits first,
    -- and from here on none can be created.
    lock table net.http_request_queue in row exclusive mode;
    if exists (select from freshet.find_net_triggers() as f where f.subject = 'net.http_request_queue') then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('cannot invoke %s: a foreign trigger stands on net.http_request_queue', callee),
            hint = 'docs/runbook/net_tampered.md: find out who owns it, and drop it.';
    end if;

    -- Each call stores the answers to those before it, so that none gets 6 hours old, even while no audit runs.
    begin
        perform freshet.harvest_responses();
    exception
        when others then
            raise warning 'answers to earlier calls were not saved [%]: %', sqlstate, sqlerrm;
    end;

    select * into run from freshet.current_run();
    in_seconds := exists (select from freshet.known_cron_jobs() as j where j.job_name = run.job_name and j.schedule ~ 'second');
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

revoke all on function freshet.open_call(text, interval, boolean) from public, anon, authenticated;

comment on function freshet.open_call(text, interval, boolean) is
    'Notes in the ledger that a call is about to be queued, and for which run, and returns its call_id. callee: function "<name>", or //<host>. Raises 55000 under a foreign trigger.';

-- supabase/schemas/audit/http/place_answers.sql

-- Object: freshet.place_answers()
-- Why: pg_net does not say which job a request came from, so answers are matched with the jobs that ran in their
--      minute.
create function freshet.place_answers(since timestamptz)
returns table (slot timestamptz, suspects text[], failed_count bigint, last_failed_at timestamptz, outcome text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- An answer carries the start time of its batch: after its request was committed, and after the batch before.
    batch constant interval := interval '1 minute';
    skew constant interval := interval '5 seconds';
    has_history constant boolean := coalesce(current_setting('cron.log_run', true), 'on') <> 'off';
begin
    return query
    with answers as materialized (select a.* from freshet.net_answers(since) as a),

    callers as materialized (
        select distinct t.job_name, t.jobid
        from freshet.texts_of_jobs('\mnet"?\s*\.\s*"?http_(get|post|delete)"?\s*\(') as t
    ),

    runs as materialized (
        select c.job_name, d.start_time, coalesce(d.end_time, clock_timestamp()) as end_time
        from cron.job_run_details as d
        join callers as c on c.jobid = d.jobid
        where d.runid > (select max(m.runid) - 20000 from cron.job_run_details as m)
            and d.start_time > '2000-01-01'
            -- A run without an end is still running; one with an implausible end would be a suspect for ever.
            and coalesce(d.end_time, clock_timestamp()) between since - batch and clock_timestamp() + interval '1 day'
    ),

    placed as (
        select
            date_trunc('minute', a.created) as slot, a.created, a.is_ok, a.outcome,
            case
                when has_history then array(
                    select distinct r.job_name
                    from runs as r
                    where r.start_time <= a.created + skew and r.end_time >= a.created - batch
                    order by r.job_name
                )
                -- Without a history any of them may have run.
                else array(select distinct c.job_name from callers as c order by c.job_name)
            end as suspects
        from answers as a
    )

    select
        p.slot, p.suspects, count(*) filter (where not p.is_ok), max(p.created) filter (where not p.is_ok),
        (array_agg(p.outcome order by p.created desc, p.outcome) filter (where not p.is_ok))[1]
    from placed as p
    group by p.slot, p.suspects
    order by p.slot, p.suspects;
end
$$;

revoke all on function freshet.place_answers(timestamptz) from public, anon, authenticated;

comment on function freshet.place_answers(timestamptz) is
    'Answers outside the ledger by minute, with the jobs that call pg_net themselves and ran then.';

-- supabase/schemas/audit/http/tells_timeout.sql

-- Object: freshet.tells_timeout()
-- Why: before August 2025 pg_net reported a timeout by its message alone.
create function freshet.tells_timeout(status_code integer, error_msg text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select status_code is null and coalesce(error_msg, '') ~* 'time(d\s*|-?)out';
$$;

revoke all on function freshet.tells_timeout(integer, text) from public, anon, authenticated;

comment on function freshet.tells_timeout(integer, text) is
    'Whether the message of an answer reports a timeout, in the words of curl or of pg_net.';

-- supabase/schemas/audit/incidents/alert_kinds.sql

-- Object: analytics.alert_kinds
-- Grain: one row per kind of trouble
-- Why: severity and thresholds belong to the kind, not to the detector that finds it.
create table analytics.alert_kinds (
    kind text primary key check (kind ~ '^[a-z][a-z_]*$'),
    severity text not null check (severity in ('fatal', 'error', 'warning', 'info')),
    has_job_thresholds boolean not null default false,
    summary text not null,
    can_flap boolean not null default false
);

alter table analytics.alert_kinds enable row level security;

revoke all on table analytics.alert_kinds from public, anon, authenticated;

comment on table analytics.alert_kinds is 'The vocabulary of the audit. Each kind has a page docs/runbook/<kind>.md.';

comment on column analytics.alert_kinds.has_job_thresholds is
    'Whether the thresholds of analytics.scheduled_jobs apply: they count runs, so only for kinds that are observed once a run.';

comment on column analytics.alert_kinds.can_flap is
    'Whether a third incident of a subject within its window opens as flapping. Never a kind that stands for others.';

-- supabase/schemas/audit/incidents/close_incidents.sql

-- Object: freshet.close_incidents()
-- Why: an incident can end without a new observation; see freshet.settle_incidents() and freshet.close_repaired().
create function freshet.close_incidents(incident_ids bigint[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with closed as (
        update analytics.incidents as i
        set closed_at = case
                when i.announced_at is not null then clock_timestamp()
                -- Muted, or listed by its cause: it was over before this pass, which does not announce it.
                else greatest(i.opened_at, s.last_audit_at)
            end,
            resolution = 'recovered',
            closed_in_pass = s.pass_count
        from analytics.audit_state as s
        where i.incident_id in (
            -- A running pass that holds it will see the same: a repair does not wait.
            select n.incident_id
            from analytics.incidents as n
            where n.incident_id = any (incident_ids) and n.closed_at is null
            order by n.incident_id
            for update skip locked
        )
        returning i.kind, i.subject, i.evidence ->> 'of_kind' as of_kind
    )
    update analytics.findings as f
    set state = 'ok', since = clock_timestamp(), bad_streak = 0, good_streak = 1, last_observed_at = clock_timestamp()
    from closed as c
    where f.kind in (c.kind, c.of_kind) and f.subject = c.subject and f.state <> 'ok';
$$;

revoke all on function freshet.close_incidents(bigint[]) from public, anon, authenticated;

comment on function freshet.close_incidents(bigint[]) is
    'Closes these incidents. The next pass announces it. Idempotent.';

-- supabase/schemas/audit/incidents/close_repaired.sql

-- Object: freshet.close_repaired()
-- Why: a person who has repaired a view should not have to wait for the next run of a nightly job to see the incident
--      end.
create function freshet.close_repaired()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        join analytics.views as v on v.job_name = i.job_name or v.view_name = i.subject
        where i.closed_at is null
            and (
                i.kind in ('failed', 'timed_out', 'stale', 'unpopulated')
                or i.kind = 'flapping' and i.evidence ->> 'of_kind' in ('failed', 'timed_out', 'stale')
            )
            -- Good runs of its own schedule are counted against the thresholds instead.
            and exists (
                select
                from analytics.refresh_log as l
                where l.view_name = v.view_name
                    and l.requested_by <> 'schedule'
                    and l.outcome in ('refreshed', 'skipped_clean')
                    and l.started_at > i.last_seen_at
            )
    ));
$$;

revoke all on function freshet.close_repaired() from public, anon, authenticated;

comment on function freshet.close_repaired() is
    'Closes incidents that a requested refresh, by hand or through the queue, has repaired since they were last seen. Idempotent.';

-- supabase/schemas/audit/incidents/findings.sql

-- Object: analytics.findings
-- Grain: one row per kind and subject, as last observed
-- Why: a finding says how a subject is; only a change is an incident. Streaks have to be counted between passes.
create table analytics.findings (
    kind text not null references analytics.alert_kinds (kind),
    subject text not null,
    state text not null check (state in ('ok', 'bad', 'unknown')),
    since timestamptz not null,
    bad_streak bigint not null,
    good_streak bigint not null,
    last_observed_at timestamptz not null,
    evidence jsonb not null,
    primary key (kind, subject)
);

alter table analytics.findings enable row level security;

revoke all on table analytics.findings from public, anon, authenticated;

comment on table analytics.findings is 'State of each subject, by the last observation of each kind.';

comment on column analytics.findings.bad_streak is 'Consecutive bad observations; unknown ones neither count nor break it.';

-- supabase/schemas/audit/incidents/flapping_evidence.sql

-- Object: freshet.flapping_evidence()
-- Why: the alert of a flapping subject shows its last failure.
create function freshet.flapping_evidence(kind text, evidence jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select evidence || jsonb_build_object(
        'of_kind', kind,
        'message', concat_ws(
            ': ', format('%s again and again within %s minutes, the last time', kind, round(extract(epoch from freshet.flapping_window(evidence)) / 60)),
            evidence ->> 'message'
        )
    );
$$;

revoke all on function freshet.flapping_evidence(text, jsonb) from public, anon, authenticated;

comment on function freshet.flapping_evidence(text, jsonb) is
    'Evidence of a subject that flaps: of which kind, and its last failure.';

-- supabase/schemas/audit/incidents/flapping_window.sql

-- Object: freshet.flapping_window()
-- Why: a nightly job cannot flap within an hour, so the window follows the job's period.
create function freshet.flapping_window(evidence jsonb)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select greatest(interval '2 hours', 6 * freshet.period_of_job(evidence ->> 'job'));
$$;

revoke all on function freshet.flapping_window(jsonb) from public, anon, authenticated;

comment on function freshet.flapping_window(jsonb) is
    'Three openings within it are flapping; half of it without trouble ends that, so that the frequency that begins flapping also keeps it open.';

-- supabase/schemas/audit/incidents/has_flapped.sql

-- Object: freshet.has_flapped()
-- Why: an incident that opens a third time within its window is one incident of kind flapping, announced once, until
--      the subject has been well for long.
create function freshet.has_flapped(kind text, subject text, evidence jsonb)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (select from analytics.alert_kinds as k where k.kind = has_flapped.kind and k.can_flap)
        and (
            select count(*)
            from analytics.incidents as i
            where i.kind = has_flapped.kind
                and i.subject = has_flapped.subject
                and i.resolution = 'recovered'
                and i.opened_at > clock_timestamp() - freshet.flapping_window(has_flapped.evidence)
        ) >= 2
        -- A flapping incident of another kind has the subject already: two kinds that flap are separate incidents.
        and not exists (
            select
            from analytics.incidents as f
            where f.kind = 'flapping' and f.subject = has_flapped.subject and f.closed_at is null
        );
$$;

revoke all on function freshet.has_flapped(text, text, jsonb) from public, anon, authenticated;

comment on function freshet.has_flapped(text, text, jsonb) is
    'Whether an incident of this kind would be the third of its subject within the window.';

-- supabase/schemas/audit/incidents/incidents.sql

-- Object: analytics.incidents
-- Grain: one row per time that a finding was bad, from opening to closing
-- Why: a finding says how a subject is; an incident says that this changed, which a person wants to read once.
-- Why named_at: an incident that another one stands for is listed in the event of that one, once.
-- Why event_seed: a restored database counts on from an earlier number, so ids made of numbers alone would be the same
--      for two incidents, and the receiver would take the second for a repetition. A random part that is stored in the
--      incident's own row does not repeat, and a resend is still the same event.
create table analytics.incidents (
    incident_id bigint generated always as identity primary key,
    epoch integer not null,
    kind text not null references analytics.alert_kinds (kind),
    subject text not null,
    fingerprint text not null generated always as (kind || ':' || subject) stored,
    severity text not null,
    job_name text,
    cause_id bigint references analytics.incidents (incident_id),
    opened_at timestamptz not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    occurrence_count bigint not null,
    evidence jsonb not null,
    closed_at timestamptz,
    resolution text check (resolution in ('recovered', 'withdrawn', 'escalated')),
    announced_at timestamptz,
    recovery_announced_at timestamptz,
    named_at timestamptz,
    event_seed uuid not null default gen_random_uuid(),
    opened_in_pass bigint not null default -1,
    closed_in_pass bigint,
    check ((closed_at is null) = (resolution is null))
);

create unique index incidents_open_key on analytics.incidents (kind, subject) where closed_at is null;

create index incidents_recovery_idx on analytics.incidents (incident_id)
    where closed_at is not null and announced_at is not null and recovery_announced_at is null;

create index incidents_cause_idx on analytics.incidents (cause_id) where cause_id is not null;

create index incidents_closed_at_idx on analytics.incidents (closed_at);

create index incidents_subject_idx on analytics.incidents (kind, subject, opened_at);

alter table analytics.incidents enable row level security;

revoke all on table analytics.incidents from public, anon, authenticated;

comment on table analytics.incidents is
    'Troubles from opening to closing. At most one open incident for a kind and subject.';

comment on column analytics.incidents.fingerprint is 'Stable across incidents: the alerts of one subject are one issue.';

comment on column analytics.incidents.job_name is
    'The job of the incident, for muting; null when it is about no single job.';

comment on column analytics.incidents.cause_id is 'The incident that stands for this one: it is announced instead.';

comment on column analytics.incidents.first_seen_at is 'First bad observation of the streak, which is earlier than opened_at under a threshold.';

comment on column analytics.incidents.occurrence_count is 'Bad observations so far.';

comment on column analytics.incidents.resolution is
    'recovered: observed ok again; withdrawn: its subject no longer exists; escalated: it got worse, and another incident continues it.';

comment on column analytics.incidents.announced_at is 'When an alert for its opening entered the outbox.';

comment on column analytics.incidents.named_at is 'When the event of the incident that stands for it listed it.';

comment on column analytics.incidents.event_seed is 'Random part of its event ids: numbers repeat after a restore, this does not.';

comment on column analytics.incidents.opened_in_pass is
    'audit_state.pass_count of that moment: an incident of a kind that is seen once a run does not close in the pass in which it opened.';

comment on column analytics.incidents.closed_in_pass is
    'audit_state.pass_count of that moment: an incident that closes in a pass and goes wrong again in it counts as never closed.';

-- supabase/schemas/audit/incidents/is_still_running.sql

-- Object: freshet.is_still_running()
-- Why: an incident about a process is not over while the process works.
create function freshet.is_still_running(kind text, subject text)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select kind in ('stuck', 'detached', 'zombie') and exists (
        select
        from analytics.incidents as i
        join freshet.cron_backends() as b
            on b.pid = (i.evidence ->> 'pid')::integer
            -- A process that started after the run has only inherited its number.
            and b.started_at <= coalesce((i.evidence ->> 'started_at')::timestamptz, i.first_seen_at) + interval '30 seconds'
        where i.kind = is_still_running.kind
            and i.subject = is_still_running.subject
            and i.closed_at is null
            and not b.is_scheduler
            and b.is_busy
    );
$$;

revoke all on function freshet.is_still_running(text, text) from public, anon, authenticated;

comment on function freshet.is_still_running(text, text) is
    'Whether the process that an open incident names still works: then it is not over, whatever the state of its row or job.';

-- supabase/schemas/audit/incidents/may_close.sql

-- Object: freshet.may_close()
-- Why: a pass reads five minutes of history, in which a job may fail and recover several times. That is one step, from
--      the state before the pass to the state after it.
create function freshet.may_close(incident analytics.incidents)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select
        -- Of several runs in one pass the first failure is announced first; freshet.settle_incidents() closes it in the
        -- next pass.
        (
            incident.opened_in_pass <> (select s.pass_count from analytics.audit_state as s)
            or exists (select from analytics.alert_kinds as k where k.kind = incident.kind and not k.has_job_thresholds)
        )
        -- An incident that stands for others keeps its kind. When it keeps coming back, it is over after half an hour
        -- of quiet.
        and (
            incident.kind not in ('infrastructure', 'restarted', 'scheduler_gone', 'net_worker_gone')
            or incident.last_seen_at < clock_timestamp() - interval '30 minutes'
            or (
                select count(*)
                from analytics.incidents as i
                where i.kind = incident.kind
                    and i.subject = incident.subject
                    and i.resolution = 'recovered'
                    and i.opened_at > clock_timestamp() - interval '2 hours'
            ) < 2
        );
$$;

revoke all on function freshet.may_close(analytics.incidents) from public, anon, authenticated;

comment on function freshet.may_close(analytics.incidents) is
    'Whether an incident that is no longer bad may close now.';

-- supabase/schemas/audit/incidents/observe.sql

-- Object: freshet.observe()
-- Why: the one state machine behind every detector. A detector only says how a subject is; streaks and thresholds
--      decide here whether that is an incident.
create function freshet.observe(
    kind text,
    subject text,
    state text,
    observed_at timestamptz,
    evidence jsonb,
    weight bigint default 1,
    seen_since timestamptz default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe_one(kind, subject, state, observed_at, evidence, weight, seen_since);
exception
    when assert_failure or others then
        -- An error that may pass by itself fails the detector in this pass: it is given its runs again. An unknown kind
        -- is a defect.
        if freshet.is_passing(sqlstate) or kind = 'detector_failed' or not exists (
            select from analytics.alert_kinds as k where k.kind = observe.kind
        ) then
            raise;
        end if;
        perform freshet.observe_one(
            'detector_failed', kind || ' findings', 'bad', clock_timestamp(),
            jsonb_build_object(
                'detector', kind || ' findings', 'sqlstate', sqlstate,
                'message', format('a finding about "%s" cannot be written down: %s', freshet.short_name(subject), left(sqlerrm, 500))
            )
        );
end
$$;

revoke all on function freshet.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) from public, anon, authenticated;

comment on function freshet.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) is
    'Writes a detector''s observation of a subject: streak, thresholds, incident. One that cannot be written is detector_failed:<kind> findings, and does not keep others from being written.';

-- supabase/schemas/audit/incidents/observe_one.sql

-- Object: freshet.observe_one()
-- Why: a detector observes many subjects. One that cannot be written (its row may hold anything) must not take the
--      others along, pass after pass. So freshet.observe() writes each in a savepoint of its own.
create function freshet.observe_one(
    kind text,
    subject text,
    state text,
    observed_at timestamptz,
    evidence jsonb,
    weight bigint default 1,
    seen_since timestamptz default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    this_pass constant bigint := (select s.pass_count from analytics.audit_state as s);
    finding analytics.findings;
    declared_kind analytics.alert_kinds;
    job analytics.scheduled_jobs;
    failure_threshold integer := 1;
    level text;
    is_flapping boolean;
begin
    if observe_one.state = 'ok' and freshet.is_still_running(observe_one.kind, observe_one.subject) then
        return;
    end if;

    insert into analytics.findings as f (
        kind, subject, state, since, bad_streak, good_streak, last_observed_at, evidence
    )
    values (
        observe_one.kind, observe_one.subject, observe_one.state, coalesce(seen_since, observed_at),
        case observe_one.state when 'bad' then weight else 0 end,
        case observe_one.state when 'ok' then weight else 0 end,
        observed_at, observe_one.evidence
    )
    on conflict on constraint findings_pkey do update
    set state = excluded.state,
        since = case when f.state = excluded.state then f.since else excluded.since end,
        bad_streak = case excluded.state when 'bad' then f.bad_streak + weight when 'ok' then 0 else f.bad_streak end,
        good_streak = case excluded.state when 'ok' then f.good_streak + weight when 'bad' then 0 else f.good_streak end,
        last_observed_at = excluded.last_observed_at,
        evidence = excluded.evidence
    returning * into finding;

    select * into strict declared_kind from analytics.alert_kinds as k where k.kind = observe_one.kind;
    select * into job
    from analytics.scheduled_jobs as j
    where j.job_name = observe_one.evidence ->> 'job'
        -- Another owner's job of this name has nothing to do with the declaration.
        and j.owner = coalesce(observe_one.evidence ->> 'owner', j.owner);
    if declared_kind.has_job_thresholds then
        failure_threshold := coalesce(job.failure_threshold, 1);
    end if;
    level := coalesce(job.severity, observe_one.evidence ->> 'severity', declared_kind.severity);

    if observe_one.state = 'bad' then
        -- An incident that was over for a moment within this pass continues: neither its end nor a new beginning is
        -- announced.
        update analytics.incidents as i
        set closed_at = null, resolution = null, closed_in_pass = null
        where declared_kind.has_job_thresholds
            and i.kind = observe_one.kind and i.subject = observe_one.subject and i.closed_in_pass = this_pass
            and i.resolution = 'recovered' and i.recovery_announced_at is null
            and i.incident_id = (
                select max(n.incident_id) from analytics.incidents as n where n.kind = observe_one.kind and n.subject = observe_one.subject
            );

        -- An incident that got worse is news: another incident reports it, and the milder one ends silently.
        update analytics.incidents as i
        set closed_at = clock_timestamp(), resolution = 'escalated', closed_in_pass = this_pass
        where i.kind = observe_one.kind and i.subject = observe_one.subject and i.closed_at is null
            and freshet.severity_rank(level) > freshet.severity_rank(i.severity);

        update analytics.incidents as i
        set occurrence_count = i.occurrence_count + weight,
            last_seen_at = observed_at,
            evidence = case i.kind
                when 'flapping' then freshet.flapping_evidence(observe_one.kind, observe_one.evidence) else observe_one.evidence
            end
        where i.subject = observe_one.subject and i.closed_at is null
            and (
                i.kind = observe_one.kind
                or i.kind = 'flapping' and i.evidence ->> 'of_kind' = observe_one.kind
                    and freshet.severity_rank(level) <= freshet.severity_rank(i.severity)
            );

        if not found and finding.bad_streak >= failure_threshold then
            is_flapping := freshet.has_flapped(observe_one.kind, observe_one.subject, observe_one.evidence);
            insert into analytics.incidents (
                epoch, kind, subject, severity, job_name, opened_at, first_seen_at, last_seen_at,
                occurrence_count, evidence, opened_in_pass
            )
            select
                s.epoch, case when is_flapping then 'flapping' else observe_one.kind end, observe_one.subject, level,
                observe_one.evidence ->> 'job', clock_timestamp(), finding.since, observed_at,
                finding.bad_streak,
                case when is_flapping then freshet.flapping_evidence(observe_one.kind, observe_one.evidence) else observe_one.evidence end,
                this_pass
            from analytics.audit_state as s;
        end if;
    elsif observe_one.state = 'ok' and finding.good_streak >= freshet.recovery_threshold(
        observe_one.kind,
        -- A good observation need not repeat the evidence of the incident.
        coalesce(
            (
                select i.evidence from analytics.incidents as i
                where i.kind = observe_one.kind and i.subject = observe_one.subject and i.closed_at is null
            ),
            observe_one.evidence
        )
    ) then
        update analytics.incidents as i
        set closed_at = clock_timestamp(), resolution = 'recovered', closed_in_pass = this_pass
        where i.kind = observe_one.kind and i.subject = observe_one.subject and i.closed_at is null
            and freshet.may_close(i);
    end if;
end
$$;

revoke all on function freshet.observe_one(text, text, text, timestamptz, jsonb, bigint, timestamptz) from public, anon, authenticated;

comment on function freshet.observe_one(text, text, text, timestamptz, jsonb, bigint, timestamptz) is
    'Writes one finding, and opens or closes its incident. Raises what it cannot handle.';

-- supabase/schemas/audit/incidents/period_of_job.sql

-- Object: freshet.period_of_job()
-- Why: how many good runs prove a recovery depends on how often the job runs; see freshet.recovery_threshold().
create function freshet.period_of_job(job_name text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.period from analytics.scheduled_jobs as d where d.job_name = period_of_job.job_name),
        (select s.period from analytics.job_slots as s where s.job_name = period_of_job.job_name),
        freshet.period_of_schedule(freshet.schedule_of_job(period_of_job.job_name))
    );
$$;

revoke all on function freshet.period_of_job(text) from public, anon, authenticated;

comment on function freshet.period_of_job(text) is
    'The usual interval between the runs of a job; null when it has no schedule.';

-- supabase/schemas/audit/incidents/period_of_schedule.sql

-- Object: freshet.period_of_schedule()
-- Why: a new job has runs before the calendar has computed its slots.
create function freshet.period_of_schedule(schedule text)
returns interval
language sql
immutable
strict
set search_path = pg_catalog, pg_temp
as $$
    with field as (
        select split_part(s.text, ' ', 1) as minute, split_part(s.text, ' ', 2) as hour, s.text
        from (select regexp_replace(btrim(schedule), '\s+', ' ', 'g') as text) as s
    )
    select case
        when f.text ~ '^\d{1,2} seconds?$' then make_interval(secs => greatest(f.minute::integer, 1))
        when f.minute ~ '^\*/\d{1,2}$' then make_interval(mins => greatest(split_part(f.minute, '/', 2)::integer, 1))
        when f.minute ~ '^\d{1,2}(,\d{1,2})+$' then interval '1 hour' / cardinality(string_to_array(f.minute, ','))
        when f.minute !~ '^\d{1,2}$' then interval '1 minute'
        when f.hour ~ '^\*/\d{1,2}$' then make_interval(hours => greatest(split_part(f.hour, '/', 2)::integer, 1))
        when f.hour ~ '^\d{1,2}(,\d{1,2})*$' then interval '1 day' / cardinality(string_to_array(f.hour, ','))
        else interval '1 hour'
    end
    from field as f;
$$;

revoke all on function freshet.period_of_schedule(text) from public, anon, authenticated;

comment on function freshet.period_of_schedule(text) is
    'Roughly how far apart the slots of a schedule are, until the calendar has computed it: a day at most, a minute when in doubt.';

-- supabase/schemas/audit/incidents/recovery_threshold.sql

-- Object: freshet.recovery_threshold()
-- Why: one good run of a job that is due each minute proves little; for a nightly job it is all that can be waited for.
--      So, unless declared otherwise, a job has recovered when it has succeeded for five minutes in a row, and at least
--      once.
create function freshet.recovery_threshold(kind text, evidence jsonb)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when not k.has_job_thresholds then 1
        else coalesce(
            d.recovery_threshold,
            ceil(300 / nullif(extract(epoch from freshet.period_of_job(recovery_threshold.evidence ->> 'job')), 0)),
            1
        )
    end::bigint
    from analytics.alert_kinds as k
    left join analytics.scheduled_jobs as d
        on d.job_name = recovery_threshold.evidence ->> 'job'
        -- Another owner's job of this name has nothing to do with the declaration.
        and d.owner = coalesce(recovery_threshold.evidence ->> 'owner', d.owner)
    where k.kind = recovery_threshold.kind;
$$;

revoke all on function freshet.recovery_threshold(text, jsonb) from public, anon, authenticated;

comment on function freshet.recovery_threshold(text, jsonb) is
    'How many good observations in a row end the incident of a subject.';

-- supabase/schemas/audit/incidents/settle_incidents.sql

-- Object: freshet.settle_incidents()
-- Why: an incident may end without a new run, good or bad: it was over within the pass in which it opened, or a cause
--      that struck many jobs has long stopped striking. (A repair by a person ends one in freshet.close_repaired().)
create function freshet.settle_incidents()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.close_incidents(array(
        select i.incident_id
        from analytics.incidents as i
        join analytics.findings as f on f.kind = i.kind and f.subject = i.subject
        where i.closed_at is null
            and i.kind <> 'flapping'
            and f.state = 'ok'
            and f.good_streak >= freshet.recovery_threshold(i.kind, i.evidence)
            and freshet.may_close(i)
        union all
        select i.incident_id
        from analytics.incidents as i
        join analytics.findings as f on f.kind = i.evidence ->> 'of_kind' and f.subject = i.subject
        where i.closed_at is null
            and i.kind = 'flapping'
            and f.state = 'ok'
            and i.last_seen_at < clock_timestamp() - freshet.flapping_window(i.evidence) / 2
        union all
        -- A weekly job need not have run again: another job has, and none was struck for a while.
        select i.incident_id
        from analytics.incidents as i
        cross join lateral (
            select max(s.runid) as runid, max(s.struck_at) as struck_at from analytics.struck_jobs as s where s.kind = i.kind
        ) as last
        where i.closed_at is null
            and last.struck_at < clock_timestamp() - interval '15 minutes'
            and i.last_seen_at < clock_timestamp() - interval '15 minutes'
            and exists (select from analytics.job_pace as p where p.last_success_runid > last.runid)
    ));
    select freshet.close_repaired();
$$;

revoke all on function freshet.settle_incidents() from public, anon, authenticated;

comment on function freshet.settle_incidents() is
    'Closes incidents that ended without a new observation, at the beginning of a pass: one that goes wrong again in this pass counts as never closed. Idempotent.';

-- supabase/schemas/audit/incidents/severity_rank.sql

-- Object: freshet.severity_rank()
-- Why: whether an incident got worse, or is worse than its cause, is a comparison of severities.
create function freshet.severity_rank(severity text)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select array_position(array['info', 'warning', 'error', 'fatal'], severity);
$$;

revoke all on function freshet.severity_rank(text) from public, anon, authenticated;

comment on function freshet.severity_rank(text) is 'Severities in order: 1 is info, 4 fatal.';

-- supabase/schemas/audit/incidents/withdraw_subjects.sql

-- Object: freshet.withdraw_subjects()
-- Why: a subject that no longer exists will never be observed as good.
create function freshet.withdraw_subjects(kind text, known_subjects text[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    update analytics.incidents as i
    set closed_at = clock_timestamp(), resolution = 'withdrawn',
        closed_in_pass = (select s.pass_count from analytics.audit_state as s)
    where (i.kind = withdraw_subjects.kind or i.kind = 'flapping' and i.evidence ->> 'of_kind' = withdraw_subjects.kind)
        and i.closed_at is null
        and i.subject <> all (known_subjects)
        and not freshet.is_still_running(i.kind, i.subject);

    delete from analytics.findings as f
    where f.kind = withdraw_subjects.kind
        and f.subject <> all (known_subjects)
        -- Stays open while its process works: it is observed until that ends.
        and not freshet.is_still_running(f.kind, f.subject);
$$;

revoke all on function freshet.withdraw_subjects(text, text[]) from public, anon, authenticated;

comment on function freshet.withdraw_subjects(text, text[]) is
    'Closes open incidents about subjects that no longer exist: nothing could ever end them. Idempotent.';

-- supabase/schemas/audit/jobs/adopt_all_jobs.sql

-- Object: analytics.adopt_all_jobs()
-- Why: a project that installs Freshet has jobs already, too many to declare one by one.
create function analytics.adopt_all_jobs(
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
            k.jobid, k.owner, k.schedule, freshet.job_label(k.job_name, k.owner) as label
        from freshet.known_cron_jobs() as k
        join cron.job as j on j.jobid = k.jobid
        where j.jobname is not null
            and k.jobid <> all (array(select d.jobid from freshet.jobs_of_declarations() as d))
        -- First the jobs whose name is pg_cron's own.
        order by k.job_name = j.jobname desc, j.jobname, j.username, k.jobid
    loop
        return query
        select
            freshet.adopt_jobid(
                job.jobid,
                -- A job may have the very name that the audit gives to another one: that must not cost a declaration.
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

revoke all on function analytics.adopt_all_jobs(interval, interval) from public, anon, authenticated;

comment on function analytics.adopt_all_jobs(interval, interval) is
    'Declares every job of cron.job that has a name and no declaration, as it is scheduled now, and returns those. A second owner''s is "<name> of <owner>". Changes nothing in pg_cron. Idempotent.';

-- supabase/schemas/audit/jobs/adopt_job.sql

-- Object: analytics.adopt_job()
-- Why: a job that was scheduled by hand is declared without scheduling it again.
create function analytics.adopt_job(
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
    -- By pg_cron's name, else by the audit's.
    jobids bigint[] := array(
        select j.jobid from cron.job as j
        where j.jobname = adopt_job.job_name and (adopt_job.owner is null or j.username = adopt_job.owner)
    );
    owners text[];
begin
    if jobids <> '{}' and exists (
        -- The declared owner's job has the plain name while it exists.
        select
        from analytics.scheduled_jobs as d
        join cron.job as o on o.jobname = d.job_name and o.username = d.owner
        where d.job_name = adopt_job.job_name and o.jobid <> all (jobids)
    ) then
        declared_as := (select format('%s of %s', j.jobname, j.username) from cron.job as j where j.jobid = jobids[1] limit 1);
    elsif jobids = '{}' then
        jobids := array(
            select k.jobid
            from freshet.known_cron_jobs() as k
            join cron.job as j on j.jobid = k.jobid
            where j.jobname is not null
                and adopt_job.job_name in (k.job_name, freshet.job_label(k.job_name, k.owner))
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
            hint = 'If two owners have the name, give one: owner => ''<role>''. A job without a name is unscheduled by its jobid and scheduled again with analytics.register_job.';
    end if;
    perform freshet.adopt_jobid(jobids[1], declared_as, late_after, max_runtime);
end
$$;

revoke all on function analytics.adopt_job(text, interval, interval, name) from public, anon, authenticated;

comment on function analytics.adopt_job(text, interval, interval, name) is
    'Declares a job as it is in cron.job now: wanted, with this schedule and command. Also takes the audit''s name, "<name> of <owner>" for a second owner''s. Changes nothing in pg_cron. Idempotent.';

-- supabase/schemas/audit/jobs/adopt_jobid.sql

-- Object: freshet.adopt_jobid()
-- Why: a job is its name and its owner, so each of two owners' jobs of one name can be declared, is listed separately,
--      and can be restored only by its own role.
create function freshet.adopt_jobid(jobid bigint, declared_as text, late_after interval, max_runtime interval)
returns text
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- A declared job keeps its name. Thresholds, severity, mute and pause belong to the operator.
    insert into analytics.scheduled_jobs as d (
        job_name, cron_name, schedule, command, command_fingerprint, owner, database, late_after, max_runtime, recovery_threshold
    )
    select
        n.job_name, nullif(j.jobname::text, n.job_name), j.schedule, j.command, freshet.command_fingerprint(j.command), j.username,
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
            freshet.short_name(declared_as)
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

revoke all on function freshet.adopt_jobid(bigint, text, interval, interval) from public, anon, authenticated;

comment on function freshet.adopt_jobid(bigint, text, interval, interval) is
    'Declares one row of cron.job as it is now, under that name unless it has a declared one, and returns the name. Idempotent.';

-- supabase/schemas/audit/jobs/assert_job_name.sql

-- Object: freshet.assert_job_name()
-- Why: pg_cron cuts a long name silently, so the declared job would be missing.
create function freshet.assert_job_name(job_name text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
    if job_name is null or octet_length(job_name) not between 1 and 63 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('job name "%s" has %s bytes', job_name, coalesce(octet_length(job_name), 0)),
            hint = 'pg_cron keeps the first 63 bytes of a name, and would then be without this job: choose a shorter one. A view''s job is refresh-<view>.';
    end if;
end
$$;

revoke all on function freshet.assert_job_name(text) from public, anon, authenticated;

comment on function freshet.assert_job_name(text) is 'Raises 22023 unless pg_cron would keep the whole name.';

-- supabase/schemas/audit/jobs/command_fingerprint.sql

-- Object: freshet.command_fingerprint()
-- Why: an alert may say that a command was edited, but must not show it: it may hold a key.
create function freshet.command_fingerprint(command text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select encode(sha256(convert_to(command, 'UTF8')), 'hex');
$$;

revoke all on function freshet.command_fingerprint(text) from public, anon, authenticated;

comment on function freshet.command_fingerprint(text) is 'Fingerprint of a job''s command, as analytics.scheduled_jobs keeps it.';

-- supabase/schemas/audit/jobs/declare_job.sql

-- Object: freshet.declare_job()
-- Why: scheduling and declaring are separate, so that the audit can compare cron.job with the declaration.
create function freshet.declare_job(
    job_name text,
    schedule text,
    command text,
    late_after interval,
    max_runtime interval,
    min_runtime interval default null,
    period interval default null,
    failure_threshold integer default null,
    recovery_threshold integer default null,
    severity text default null
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.assert_job_name(declare_job.job_name);
    select freshet.assert_span(a.argument, a.span)
    from (
        values
            ('late_after', declare_job.late_after),
            ('max_runtime', declare_job.max_runtime),
            ('min_runtime', declare_job.min_runtime),
            ('period', declare_job.period)
    ) as a (argument, span);

    -- Thresholds and severity that are not given, mute and pause belong to the operator: a new declaration keeps them.
    insert into analytics.scheduled_jobs as j (
        job_name, schedule, command, command_fingerprint, owner, database, late_after, max_runtime, min_runtime, period,
        failure_threshold, recovery_threshold, severity
    )
    values (
        job_name, schedule, command, freshet.command_fingerprint(command), current_user, current_database(),
        late_after, max_runtime, min_runtime, period,
        coalesce(failure_threshold, 1), recovery_threshold, severity
    )
    on conflict on constraint scheduled_jobs_pkey do update
    set schedule = excluded.schedule,
        command = excluded.command,
        command_fingerprint = excluded.command_fingerprint,
        owner = excluded.owner,
        database = excluded.database,
        late_after = excluded.late_after,
        max_runtime = excluded.max_runtime,
        min_runtime = excluded.min_runtime,
        period = excluded.period,
        failure_threshold = coalesce(declare_job.failure_threshold, j.failure_threshold),
        recovery_threshold = coalesce(declare_job.recovery_threshold, j.recovery_threshold),
        severity = coalesce(declare_job.severity, j.severity),
        declared_at = excluded.declared_at;
$$;

revoke all on function freshet.declare_job(text, text, text, interval, interval, interval, interval, integer, integer, text)
    from public, anon, authenticated;

comment on function freshet.declare_job(text, text, text, interval, interval, interval, interval, integer, integer, text) is
    'States that a job ought to exist. Does not schedule it. Idempotent.';

-- supabase/schemas/audit/jobs/duplicate_jobs.sql

-- Object: freshet.duplicate_jobs(), used by the detectors of kinds duplicated and undeclared
-- Why: an undeclared job that repeats the work of another one is reported as its duplicate, and only as that.
create function freshet.duplicate_jobs()
returns table (job_name text, jobid bigint, original text, owner text, is_of_same_owner boolean)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with jobs as (
        select j.*, exists (select from freshet.jobs_of_declarations() as d where d.jobid = j.jobid) as is_declared
        from freshet.known_cron_jobs() as j
    ),
    repeated as (
        -- It repeats a declared job at any time, or any job at the same minutes. Its name says nothing about its work.
        select j.job_name, j.jobid, o.job_name as original, j.owner, o.owner = j.owner as is_of_same_owner
        from jobs as j
        join jobs as o
            on o.command = j.command
            and o.database = j.database
            and o.jobid <> j.jobid
            and (o.is_declared or (o.schedule = j.schedule and o.jobid < j.jobid))
        where not j.is_declared
            and j.jobid <> all (array(select n.new_jobid from freshet.renamed_jobs() as n))
    )
    select distinct on (r.jobid) r.job_name, r.jobid, r.original, r.owner, r.is_of_same_owner
    from repeated as r
    order by r.jobid, r.is_of_same_owner desc, r.original;
$$;

revoke all on function freshet.duplicate_jobs() from public, anon, authenticated;

comment on function freshet.duplicate_jobs() is
    'Jobs that repeat the work of another one, and whether both have one owner.';

-- supabase/schemas/audit/jobs/job_label.sql

-- Object: freshet.job_label()
-- Why: a job of another owner that has the name of a declared one must not be taken for it.
create function freshet.job_label(job_name text, owner text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- A name that is declared for another owner does not identify this job.
    select case
        when exists (select from analytics.scheduled_jobs as d where d.job_name = job_label.job_name and d.owner <> job_label.owner)
            then format('%s of %s', job_label.job_name, job_label.owner)
        else job_label.job_name
    end;
$$;

revoke all on function freshet.job_label(text, text) from public, anon, authenticated;

comment on function freshet.job_label(text, text) is
    'Name of a job that is not declared: with its owner where its name is declared for another owner.';

-- supabase/schemas/audit/jobs/jobid_of_name.sql

-- Object: freshet.jobid_of_name()
-- Why: two owners may have a job of one name; see freshet.known_cron_jobs().
create function freshet.jobid_of_name(job_name text)
returns bigint
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (
            select k.jobid
            from analytics.known_jobs as k
            join analytics.audit_state as s on s.epoch = k.epoch
            join cron.job as j on j.jobid = k.jobid
            where k.job_name = jobid_of_name.job_name
            order by k.jobid
            limit 1
        ),
        -- A job that no pass has seen yet.
        (select j.jobid from cron.job as j where j.jobname = jobid_of_name.job_name order by j.jobid limit 1)
    );
$$;

revoke all on function freshet.jobid_of_name(text) from public, anon, authenticated;

comment on function freshet.jobid_of_name(text) is
    'The job that the audit knows by this name: as of the last pass, else by pg_cron''s name. Null when it is not scheduled.';

-- supabase/schemas/audit/jobs/jobs_of_declarations.sql

-- Object: freshet.jobs_of_declarations()
-- Why: pg_cron knows a job by its name and its owner. A job of another owner that has the name of a declared one is a
--      stranger, and no repair may touch it.
create function freshet.jobs_of_declarations()
returns table (job_name text, jobid bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- Another owner's job is the declared one if it does the declared work and the declared owner has none: it changed
    -- hands.
    select d.job_name, j.jobid
    from analytics.scheduled_jobs as d
    join freshet.known_cron_jobs() as j on j.job_name = d.job_name
    where j.owner = d.owner
        or freshet.command_fingerprint(j.command) = d.command_fingerprint
            and not exists (
                select from freshet.known_cron_jobs() as o where o.job_name = d.job_name and o.owner = d.owner
            );
$$;

revoke all on function freshet.jobs_of_declarations() from public, anon, authenticated;

comment on function freshet.jobs_of_declarations() is 'Which jobs of cron.job are the declared ones: by name and owner.';

-- supabase/schemas/audit/jobs/register_job.sql

-- Object: analytics.register_job()
-- Why: schedules and declares in one transaction, so that neither exists without the other.
create function analytics.register_job(
    job_name text,
    schedule text,
    command text,
    late_after interval default '5 minutes',
    max_runtime interval default '10 minutes',
    min_runtime interval default null,
    period interval default null,
    failure_threshold integer default null,
    recovery_threshold integer default null,
    severity text default null
)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform cron.schedule(job_name, schedule, command);
    perform freshet.declare_job(
        job_name => job_name,
        schedule => schedule,
        command => command,
        late_after => late_after,
        max_runtime => max_runtime,
        min_runtime => min_runtime,
        period => period,
        failure_threshold => failure_threshold,
        recovery_threshold => recovery_threshold,
        severity => severity
    );
end
$$;

revoke all on function analytics.register_job(
    text, text, text, interval, interval, interval, interval, integer, integer, text
) from public, anon, authenticated;

comment on function analytics.register_job(
    text, text, text, interval, interval, interval, interval, integer, integer, text
) is
    'Schedules a job with pg_cron and declares it to the audit. Idempotent: the same name replaces; thresholds and severity that are not given stay. Views use register_view.';

-- supabase/schemas/audit/jobs/renamed_jobs.sql

-- Object: freshet.renamed_jobs(), used by the detectors of kinds renamed, missing and undeclared
-- Why: a job that got another name is one change by hand, and neither a job that is missing nor a stranger.
create function freshet.renamed_jobs()
returns table (job_name text, new_name text, new_jobid bigint, new_schedule text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with lost as (
        select d.*, row_number() over (partition by d.command, d.database, d.owner order by d.schedule, d.job_name) as place
        from analytics.scheduled_jobs as d
        where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
            and not exists (select from freshet.known_cron_jobs() as j where j.job_name = d.job_name)
    ),
    strange as (
        select j.*, row_number() over (partition by j.command, j.database, j.owner order by j.schedule, j.jobid) as place
        from freshet.known_cron_jobs() as j
        where not exists (select from analytics.scheduled_jobs as d where d.job_name = j.job_name)
            -- A command that is still scheduled as declared was repeated, not renamed.
            and not exists (
                select
                from analytics.scheduled_jobs as d
                join freshet.known_cron_jobs() as o on o.job_name = d.job_name
                where o.command = j.command and o.database = j.database
            )
    )
    select l.job_name, s.job_name, s.jobid, s.schedule
    from lost as l
    join strange as s
        on s.command = l.command and s.database = l.database and s.owner = l.owner and s.place = l.place;
$$;

revoke all on function freshet.renamed_jobs() from public, anon, authenticated;

comment on function freshet.renamed_jobs() is
    'Declared jobs that are not scheduled, each with an undeclared job of the same owner, command and database.';

-- supabase/schemas/audit/jobs/restore_job.sql

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

-- supabase/schemas/audit/jobs/scheduled_jobs.sql

-- Object: analytics.scheduled_jobs
-- Grain: one row per declared job
-- Why: the jobs that should run are declared here, so that the audit can compare cron.job with them. Keyed on the name:
--      unscheduling and scheduling again gives a job a new jobid.
-- Why has_monitor: a monitor for each job costs money and says little that an incident does not, so a job has one only
--      if the operator asks for it.
-- Why is_worker: a job that looks every ten seconds for work leaves 8,640 runs a day, nearly all of which found none.
--      They would fill most of the history, and every page of it. And a worker that starts again at once because it has
--      work is not a pile-up.
-- Why cron_name: pg_cron's key is the name and the owner, so of two owners' jobs of one name each can be declared. And
--      a name may be longer than an index entry, which must fail no part of the audit.
create table analytics.scheduled_jobs (
    job_name text primary key,
    schedule text not null,
    command text not null,
    command_fingerprint text not null,
    owner name not null,
    database name not null,
    period interval check (period > interval '0'),
    late_after interval not null check (late_after >= interval '0'),
    max_runtime interval not null check (max_runtime > interval '0'),
    min_runtime interval check (min_runtime >= interval '0'),
    failure_threshold integer not null default 1 check (failure_threshold >= 1),
    recovery_threshold integer check (recovery_threshold >= 1),
    severity text check (severity in ('fatal', 'error', 'warning', 'info')),
    muted_until timestamptz,
    paused_until timestamptz,
    declared_at timestamptz not null default now(),
    has_monitor boolean not null default false,
    is_worker boolean not null default false,
    cron_name text,
    constraint scheduled_jobs_silence_ends check (isfinite(muted_until) and isfinite(paused_until)),
    constraint scheduled_jobs_spans_check check (
        greatest(period, late_after, max_runtime, min_runtime) <= interval '100 years'
    )
);

alter table analytics.scheduled_jobs enable row level security;

revoke all on table analytics.scheduled_jobs from public, anon, authenticated;

comment on table analytics.scheduled_jobs is
    'Declared jobs: what should be in cron.job, and from when on a person is alerted.';

comment on column analytics.scheduled_jobs.command is
    'Kept so that restore_job can put back a job that is missing or was edited. No alert contains it.';

comment on column analytics.scheduled_jobs.command_fingerprint is 'sha256 of the command, hex.';

comment on column analytics.scheduled_jobs.period is
    'Usual interval between its runs; null takes that of its schedule (analytics.job_slots.period).';

comment on column analytics.scheduled_jobs.late_after is 'How long after its slot a run may start.';

comment on column analytics.scheduled_jobs.max_runtime is 'How long a run may take.';

comment on column analytics.scheduled_jobs.min_runtime is 'A run that succeeds sooner than this has not done its work; null: unknown.';

comment on column analytics.scheduled_jobs.failure_threshold is 'Consecutive failures before an incident opens.';

comment on column analytics.scheduled_jobs.severity is 'Level of its alerts; null takes that of the kind.';

comment on column analytics.scheduled_jobs.muted_until is 'Incidents are recorded but not announced until then. Set by hand.';

comment on column analytics.scheduled_jobs.paused_until is 'Until then it may be inactive, or absent, and misses no slot. Set by hand.';

comment on column analytics.scheduled_jobs.has_monitor is 'Whether Sentry gets a monitor for it. Set by hand; for schedules of five fields without "$".';

comment on column analytics.scheduled_jobs.is_worker is
    'It looks every few seconds for work: its succeeded runs are kept for an hour and listed only where it is named, and it may run back to back.';

comment on column analytics.scheduled_jobs.recovery_threshold is
    'Consecutive successes before it closes; null: as many as fit into five minutes, at least one.';

comment on column analytics.scheduled_jobs.cron_name is
    'Its name in pg_cron if that differs: job_name is "<name> of <owner>" for a second owner''s job, and shortened where the name is very long.';

-- supabase/schemas/audit/jobs/short_name.sql

-- Object: freshet.short_name()
-- Why: a name may be longer than an index entry, which must fail no part of the audit.
create function freshet.short_name(name text)
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

revoke all on function freshet.short_name(text) from public, anon, authenticated;

comment on function freshet.short_name(text) is
    'The name itself, or for a name of more than 200 bytes its beginning and a hash of the whole. Applied to its own result it returns the same.';

-- supabase/schemas/audit/jobs/texts_of_jobs.sql

-- Object: freshet.texts_of_jobs()
-- Why: the work of a job is in its command, or in a function that it calls, and every search for it works the same way:
--      few functions match, so they are found first, and then the jobs that call them.
create function freshet.texts_of_jobs(pattern text)
returns table (job_name text, jobid bigint, schedule text, acts_as text, place text, text text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with recursive candidates as materialized (
        select p.oid, p.proname::text as name, p.prosrc, case when p.prosecdef then pg_get_userbyid(p.proowner)::text end as definer
        from pg_proc as p
        join pg_namespace as n on n.oid = p.pronamespace
        where n.nspname not in ('analytics', 'freshet', 'pg_catalog', 'information_schema', 'cron', 'net')
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
            -- Cheaper than the pattern, which then has few texts left to search.
            and strpos(lower(c.prosrc), lower(r.name)) > 0
            and c.prosrc ~* ('\m' || regexp_replace(r.name, '([^\w])', '\\\1', 'g') || '"?\s*\(')
        where r.depth < 3
    ),

    jobs as (
        select j.job_name, j.jobid, j.schedule, j.owner, j.command
        from freshet.known_cron_jobs() as j
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
    -- A commented-out call does nothing.
    cross join lateral (
        select regexp_replace(regexp_replace(f.text, '--[^\n]*', ' ', 'g'), '/\*.*?\*/', ' ', 'g') as text
    ) as c
    where c.text ~* pattern;
$$;

revoke all on function freshet.texts_of_jobs(text) from public, anon, authenticated;

comment on function freshet.texts_of_jobs(text) is
    'Commands of active jobs of this database, and functions that they reach within three calls, that match a pattern; each with the role that runs it.';

-- supabase/schemas/audit/jobs/time_limit.sql

-- Object: freshet.time_limit()
-- Why: kinds about slow jobs need the limit that the server applies, which may come from the command, the role or the
--      database.
create function freshet.time_limit(command text, owner text, database text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with setting as (
        select coalesce(
            substring(command from '(?i)set\s+(?:local\s+|session\s+)?statement_timeout\s*(?:=|to)\s*''?\s*(\d+(?:\.\d*)?\s*(?:us|ms|s|min|h|d)?)(?![\w.])'),
            (
                -- The most specific one counts: role in database, role, database.
                select o.option_value
                from pg_catalog.pg_db_role_setting as s
                join pg_catalog.pg_roles as r on r.rolname = owner
                join pg_catalog.pg_database as d on d.datname = database
                cross join lateral pg_options_to_table(s.setconfig) as o
                where o.option_name = 'statement_timeout'
                    and s.setrole in (0, r.oid) and s.setdatabase in (0, d.oid)
                order by s.setrole <> 0 desc, s.setdatabase <> 0 desc
                limit 1
            )
        ) as text
    ),
    split as (
        select
            -- A limit has ten digits at most, or the server refuses it and the run fails: a longer number is no limit.
            substring(s.text from '^(\d{1,10}(?:\.\d{0,9})?)(?!\d)')::numeric as amount,
            coalesce(substring(lower(s.text) from '[a-z]+$'), 'ms') as unit
        from setting as s
    ),
    counted as (
        select s.amount * case s.unit
            when 'us' then 0.001 when 'ms' then 1 when 's' then 1000 when 'min' then 60000 when 'h' then 3600000
            when 'd' then 86400000
        end as milliseconds
        from split as s
    )
    -- The greatest that the server accepts; 0 means none.
    select c.milliseconds::bigint * interval '1 millisecond' from counted as c where c.milliseconds between 1 and 2147483647;
$$;

revoke all on function freshet.time_limit(text, text, text) from public, anon, authenticated;

comment on function freshet.time_limit(text, text, text) is
    'The statement timeout of a command that a role runs in a database: the command''s own, else the role''s; null when there is none.';

-- supabase/schemas/audit/jobs/withdraw_job.sql

-- Object: freshet.withdraw_job()
-- Why: the counterpart of freshet.declare_job().
create function freshet.withdraw_job(job_name text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.scheduled_jobs as j where j.job_name = withdraw_job.job_name;
$$;

revoke all on function freshet.withdraw_job(text) from public, anon, authenticated;

comment on function freshet.withdraw_job(text) is 'Deletes a declaration. Does not unschedule the job. Idempotent.';

-- supabase/schemas/audit/kinds/answer_failed.sql

create function freshet.detect_failed_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A caller who still meets the defect is reported within a minute of the request, so this is fifteen minutes in a
    -- row without one. One good answer proves little: it may be for a caller whom the defect does not affect.
    quiet_after constant interval := interval '15 minutes';
    -- The isolate that could report that it answers again may be gone.
    forgotten_after constant interval := interval '1 day';
begin
    delete from analytics.failed_answers as f where f.last_failed_at < clock_timestamp() - interval '30 days';

    perform freshet.observe(
        kind => 'answer_failed',
        subject => f.resource,
        state => case
            when f.last_failed_at >= clock_timestamp() - quiet_after then 'bad'
            when f.last_answered_at > f.last_failed_at or f.last_failed_at < clock_timestamp() - forgotten_after then 'ok'
            else 'unknown'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', f.defect, 'request_id', f.request_id, 'failure_count', f.failure_count)
    )
    from analytics.failed_answers as f
    order by f.resource;

    perform freshet.withdraw_subjects('answer_failed', array(select f.resource from analytics.failed_answers as f));
end
$$;

revoke all on function freshet.detect_failed_answers() from public, anon, authenticated;

comment on function freshet.detect_failed_answers() is
    'Kind answer_failed: a resource that a function reported. Ends after 15 minutes without a report, once it was answered again; after a day without one in any case.';

-- supabase/schemas/audit/kinds/blind.sql

create function freshet.detect_blind(read_error text)
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    own_job constant text := 'analytics-cron-audit';
    -- Three of its periods.
    patience constant interval := interval '15 minutes';
    unseen_for interval;
    reason text := read_error;
begin
    -- After a pause of the audit itself (a stopped stack, a deployment) it waits for a new run of its own.
    update analytics.audit_state as s
    set canary_seen_at = clock_timestamp()
    where coalesce(s.last_audit_at, '-infinity') < clock_timestamp() - patience;

    select clock_timestamp() - s.canary_seen_at into strict unseen_for from analytics.audit_state as s;

    -- An expression that names cron.job must not be evaluated while the table may be missing.
    if reason is null then
        -- Row security gives another role no rows and no error: seeing nothing does not mean that nothing is wrong.
        if not freshet.is_audit_sighted() then
            reason := format('cron.job has no visible job "%s"', own_job);
        elsif unseen_for > patience then
            reason := format('no run of "%s" was seen for %s seconds', own_job, extract(epoch from unseen_for)::bigint);
        end if;
    end if;

    perform freshet.observe(
        kind => 'blind',
        subject => own_job,
        state => case when reason is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('job', own_job, 'schedule', '*/5 * * * *', 'message', reason)
    );
    return reason;
end
$$;

revoke all on function freshet.detect_blind(text) from public, anon, authenticated;

comment on function freshet.detect_blind(text) is
    'Kind blind: the audit cannot see its own job or its runs. Returns why, or null when it sees them.';

-- supabase/schemas/audit/kinds/bundled_refreshes.sql

create function freshet.detect_bundled_refreshes()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    began_at constant timestamptz := clock_timestamp();
    pattern constant text := 'refresh\s+materialized\s+view\s+(?:concurrently\s+)?(["\w.]+)|analytics\.refresh_view\(\s*''(\w+)''';
begin
    perform freshet.observe(
        kind => 'bundled_refreshes',
        subject => m.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', m.schedule,
            'message', format('%s refreshes %s views at once', m.place, m.view_count)
        )
    )
    from (
        -- Few functions refresh anything, so they are found once and not once for each job: searching the text of every
        -- function for each job took four fifths of a pass.
        with refreshing_functions as materialized (
            select
                'function ' || p.oid::regprocedure as place,
                p.prosrc as text,
                '\m' || regexp_replace(p.proname, '([^\w])', '\\\1', 'g') || '"?\s*\(' as call_pattern
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            -- Freshet's own functions refresh one view each. A procedure that commits between views does not bundle
            -- them.
            where n.nspname not in ('analytics', 'freshet', 'pg_catalog', 'information_schema', 'cron')
                and p.prosrc ~* 'refresh\s+materialized'
                and p.prosrc !~* '\mcommit\M'
        ),

        jobs as (
            select c.job_name, c.schedule, c.command
            from freshet.known_cron_jobs() as c
            where c.active
        ),

        texts as (
            select j.job_name, j.schedule, 'its command' as place, j.command as text
            from jobs as j
            union all
            select j.job_name, j.schedule, r.place, r.text
            from jobs as j
            join refreshing_functions as r on j.command ~* r.call_pattern
        ),

        counted as (
            select t.job_name, t.schedule, t.place, count(distinct coalesce(f.found[1], f.found[2])) as view_count
            from texts as t
            cross join lateral regexp_matches(t.text, pattern, 'gi') as f (found)
            group by t.job_name, t.schedule, t.place
        )

        select distinct on (c.job_name) c.job_name, c.schedule, c.place, c.view_count
        from counted as c
        where c.view_count > 1
        order by c.job_name, c.view_count desc
    ) as m
    order by m.job_name;

    perform freshet.observe('bundled_refreshes', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'bundled_refreshes'
        and f.state = 'bad'
        and f.last_observed_at < began_at;
end
$$;

revoke all on function freshet.detect_bundled_refreshes() from public, anon, authenticated;

comment on function freshet.detect_bundled_refreshes() is
    'Kind bundled_refreshes: a job whose command, or a function in it, refreshes more than one view.';

-- supabase/schemas/audit/kinds/default_partition_used.sql

create function freshet.detect_default_partitions()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Enough to report it, and cheap however many there are.
    counted_at_most constant bigint := 10000;
    partition_name text;
    table_name text;
    repair_hint text;
    row_count bigint;
begin
    for partition_name, table_name, repair_hint in
        -- The owner of the table writes into the partition's comment how its partitions are made.
        select d.relname, t.relname, substring(obj_description(d.oid, 'pg_class') from 'Repair: (.+)$')
        from pg_catalog.pg_partitioned_table as p
        join pg_catalog.pg_class as t on t.oid = p.partrelid
        join pg_catalog.pg_class as d on d.oid = p.partdefid
        where d.relnamespace = 'analytics'::regnamespace
        order by d.relname
    loop
        begin
            execute format('select count(*) from (select from analytics.%I limit %s) as r', partition_name, counted_at_most)
            into row_count;
        exception
            -- Its rows are being moved: the next pass looks again.
            when lock_not_available then
                row_count := null;
        end;
        perform freshet.observe(
            kind => 'default_partition_used',
            subject => partition_name,
            state => case when row_count is null then 'unknown' when row_count = 0 then 'ok' else 'bad' end,
            observed_at => clock_timestamp(),
            evidence => case
                when row_count > 0 then jsonb_strip_nulls(jsonb_build_object(
                    'message', format(
                        'analytics.%s holds %s rows that fit no other partition of analytics.%s', partition_name,
                        case when row_count = counted_at_most then format('%s or more', row_count) else row_count::text end,
                        table_name
                    ),
                    'repair_hint', repair_hint
                ))
                else '{}'
            end
        );
    end loop;

    perform freshet.withdraw_subjects('default_partition_used', array(
        select d.relname::text
        from pg_catalog.pg_partitioned_table as p
        join pg_catalog.pg_class as d on d.oid = p.partdefid
        where d.relnamespace = 'analytics'::regnamespace
    ));
end
$$;

revoke all on function freshet.detect_default_partitions() from public, anon, authenticated;

comment on function freshet.detect_default_partitions() is
    'Kind default_partition_used: a default partition in schema analytics holds rows.';

-- supabase/schemas/audit/kinds/detached.sql

create function freshet.detect_detached()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- The row follows its run a moment later; and a canceled run may be about to end anyway.
    patience constant interval := interval '1 minute';
    looked_back constant bigint := 20000;
    subjects text[];
begin
    with unowned as materialized (
        select b.pid, b.started_at
        from freshet.cron_backends() as b
        where not b.is_scheduler
            and b.is_busy
            and b.started_at < clock_timestamp() - patience
            and not exists (select from analytics.open_runs as o where o.job_pid = b.pid)
    ),
    detached as (
        select u.pid, u.started_at as backend_started_at, r.*
        from unowned as u
        cross join lateral (
            -- Rarely reached; the rows in question are among the newest.
            select d.runid, d.jobid, d.status, d.return_message, d.start_time
            from cron.job_run_details as d
            where d.runid > (select s.low_runid - looked_back from analytics.audit_state as s)
                and d.job_pid = u.pid
            order by d.runid desc
            limit 1
        ) as r
        where r.status = 'failed'
            and r.start_time between u.started_at - interval '30 seconds' and u.started_at + patience
    ),
    named as (
        select distinct on (job_name)
            coalesce(k.job_name, 'jobid:' || d.jobid) as job_name, d.runid, d.pid, d.start_time, d.return_message
        from detached as d
        left join analytics.known_jobs as k
            on k.jobid = d.jobid and k.epoch = (select s.epoch from analytics.audit_state as s)
        order by job_name, d.runid desc
    ),
    observed as (
        select n.job_name, freshet.observe(
            kind => 'detached',
            subject => n.job_name,
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => jsonb_build_object(
                'job', n.job_name,
                'runid', n.runid,
                'pid', n.pid,
                'started_at', n.start_time,
                'message', format(
                    'process %s works since %s, though its run ended as "%s"', n.pid, n.start_time, btrim(n.return_message, E' \n')
                )
            ),
            seen_since => n.start_time
        ) as done
        from named as n
    )
    select coalesce(array_agg(o.job_name), '{}') into subjects from observed as o;

    perform freshet.observe('detached', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'detached' and f.state = 'bad' and f.subject <> all (subjects);
end
$$;

revoke all on function freshet.detect_detached() from public, anon, authenticated;

comment on function freshet.detect_detached() is
    'Kind detached: a process of pg_cron that works for a run whose row says failed.';

-- supabase/schemas/audit/kinds/duplicated.sql

create function freshet.find_duplicated_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.original,
        jsonb_build_object(
            'job', c.original,
            'schedule', (
                select j.schedule from freshet.known_cron_jobs() as j where j.job_name = c.original order by j.jobid limit 1
            ),
            -- Jobs that the repair unschedules.
            'duplicates', coalesce(
                jsonb_agg(jsonb_build_object('job', c.job_name, 'jobid', c.jobid) order by c.jobid) filter (where c.is_of_same_owner), '[]'
            ),
            -- Jobs that only their owner can judge.
            'foreign_duplicates', coalesce(
                jsonb_agg(jsonb_build_object('job', c.job_name, 'jobid', c.jobid, 'owner', c.owner) order by c.jobid)
                filter (where not c.is_of_same_owner), '[]'
            ),
            'message', format(
                'job "%s" is scheduled again as %s', c.original,
                string_agg(
                    format('"%s" (jobid %s%s)', c.job_name, c.jobid, case when not c.is_of_same_owner then format(', of "%s"', c.owner) end),
                    ', ' order by c.jobid
                )
            )
        )
    from freshet.duplicate_jobs() as c
    group by c.original;
$$;

revoke all on function freshet.find_duplicated_jobs() from public, anon, authenticated;

comment on function freshet.find_duplicated_jobs() is 'Jobs whose work is scheduled more than once.';

-- supabase/schemas/audit/kinds/edited.sql

create function freshet.find_edited_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with compared as (
        select
            d.job_name, d.schedule, j.jobid,
            -- The command itself is not in the alert: it may hold a key.
            array_remove(array[
                case when j.schedule <> d.schedule then format('schedule "%s" instead of "%s"', j.schedule, d.schedule) end,
                case when freshet.command_fingerprint(j.command) <> d.command_fingerprint then 'another command' end,
                case when j.owner <> d.owner then format('owner "%s" instead of "%s"', j.owner, d.owner) end,
                case when j.database <> d.database then format('database "%s" instead of "%s"', j.database, d.database) end
            ], null) as differences
        from analytics.scheduled_jobs as d
        join freshet.jobs_of_declarations() as o on o.job_name = d.job_name
        join freshet.known_cron_jobs() as j on j.jobid = o.jobid
    )
    select
        c.job_name,
        jsonb_build_object(
            'job', c.job_name,
            'schedule', c.schedule,
            'jobid', c.jobid,
            'message', format('job "%s" has %s', c.job_name, array_to_string(c.differences, ', '))
        )
    from (
        -- If several jobs have the name, one that is as declared is enough: that there are several is another finding.
        select distinct on (job_name) * from compared order by job_name, cardinality(differences), jobid
    ) as c
    where c.differences <> '{}';
$$;

revoke all on function freshet.find_edited_jobs() from public, anon, authenticated;

comment on function freshet.find_edited_jobs() is 'Declared jobs whose schedule, command, owner or database is not the declared one.';

-- supabase/schemas/audit/kinds/history_bloat.sql

create function freshet.detect_history_bloat()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A hundred jobs that run each minute, for the fortnight that the purge keeps.
    most_rows constant numeric := 2000000;
    most_bytes constant bigint := 2::bigint * 1024 * 1024 * 1024;
    oldest_runid numeric;
    row_estimate numeric;
    byte_count constant bigint := pg_total_relation_size('cron.job_run_details');
begin
    -- Runids are dense except after a crash. A few old rows that no purge deletes, open ones, do not count.
    select o.runid into oldest_runid from cron.job_run_details as o order by o.runid offset 100 limit 1;
    select max(d.runid) - oldest_runid into row_estimate from cron.job_run_details as d;

    perform freshet.observe(
        kind => 'history_bloat',
        subject => 'cron.job_run_details',
        state => case when row_estimate > most_rows or byte_count > most_bytes then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'message', format('about %s runs from %s on, %s', row_estimate, oldest_runid, pg_size_pretty(byte_count))
        )
    );
end
$$;

revoke all on function freshet.detect_history_bloat() from public, anon, authenticated;

comment on function freshet.detect_history_bloat() is
    'Kind history_bloat: more than 2,000,000 rows or 2 GB of run history.';

-- supabase/schemas/audit/kinds/history_lost.sql

create function freshet.detect_history_lost(new_epoch_reason text, pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    lost_runids bigint[];
    audit analytics.audit_state;
    reason text := new_epoch_reason;
begin
    with lost as (
        delete from analytics.open_runs as o where o.last_seen_at < pass_started_at returning o.runid, o.given_up_at
    )
    -- A run without a backend could not end: nothing is lost with it.
    select array_agg(l.runid order by l.runid) filter (where l.given_up_at is null) into lost_runids from lost as l;

    if lost_runids is not null then
        reason := concat_ws('; ', reason, format('%s runs vanished before they ended', cardinality(lost_runids)));
    end if;

    -- Gaps are normal and old runs are purged, but the newest run of the last pass is neither.
    select * into strict audit from analytics.audit_state;
    if new_epoch_reason is null
        and audit.last_runid_seen is not null
        and audit.last_audit_at > pass_started_at - interval '1 day'
        and not exists (select from cron.job_run_details as d where d.runid = audit.last_runid_seen)
    then
        reason := concat_ws('; ', reason, format(
            'the history up to run %s was deleted, %s', audit.last_runid_seen, freshet.unread_history(audit.last_runid_seen)
        ));
    end if;
    update analytics.audit_state as s
    set last_runid_seen = (select max(d.runid) from cron.job_run_details as d where d.runid = s.low_runid);

    -- A loss is reported once and then over: what comes after it is read as usual.
    perform freshet.observe(
        kind => 'history_lost',
        subject => 'cron.job_run_details',
        state => case when reason is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', reason, 'lost_runids', to_jsonb(lost_runids[1:20]))
    );
end
$$;

revoke all on function freshet.detect_history_lost(text, timestamptz) from public, anon, authenticated;

comment on function freshet.detect_history_lost(text, timestamptz) is
    'Kind history_lost: a new epoch began, or runs are gone from the history before or just after they were read.';

-- supabase/schemas/audit/kinds/history_off.sql

create function freshet.detect_history_off()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- The view hides a setting that the role may not read; current_setting() would raise.
    select freshet.observe(
        kind => 'history_off',
        subject => 'cron.log_run',
        state => case g.setting when 'off' then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => case g.setting when 'off' then jsonb_build_object('message', 'cron.log_run is off') else '{}' end
    )
    from pg_catalog.pg_settings as g
    where g.name = 'cron.log_run';
$$;

revoke all on function freshet.detect_history_off() from public, anon, authenticated;

comment on function freshet.detect_history_off() is 'Kind history_off: cron.log_run is off.';

-- supabase/schemas/audit/kinds/http_untracked.sql

create function freshet.detect_untracked_answers()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Passes overlap by more than a batch of pg_net lasts; an answer that two passes see counts once.
    overlap constant interval := interval '15 minutes';
    -- A caller without a job may never call again.
    quiet_after constant interval := interval '1 hour';
    since constant timestamptz := (
        -- From where the last pass stopped reading: what an outage left is judged for as long as pg_net keeps it.
        select greatest(freshet.judged_since(), coalesce(s.answers_read_at, s.last_audit_at) - overlap)
        from analytics.audit_state as s
    );
    is_watched constant boolean := exists (
        select from analytics.findings as f where f.kind = 'http_untracked' and f.state <> 'ok'
    );
    place record;
    known_bad text[];
    who text;
    told_until timestamptz;
    still_suspect text[];
    -- A database webhook calls when a row is written, whatever job runs then.
    or_trigger text;
begin
    perform freshet.note_lost_answers();
    if not is_watched and not exists (select from freshet.net_answers(since) as a where not a.is_ok) then
        return;
    end if;

    or_trigger := case
        when exists (
            select
            from pg_trigger as t
            join pg_proc as p on p.oid = t.tgfoid
            where not t.tgisinternal and t.tgenabled <> 'D'
                and (p.prosrc ~* '\mnet"?\s*\.\s*"?http_' or p.pronamespace = to_regnamespace('supabase_functions'))
        ) then '. Or a trigger made it: tables of this database have such triggers'
        else ''
    end;

    for place in select * from freshet.place_answers(since)
    loop
        if place.failed_count = 0 then
            -- No call of that minute failed, so none of theirs did.
            perform freshet.observe_untracked(f.subject, 'ok', array[f.subject], 1, freshet.failed_at(f.evidence), null, null)
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad'
                and f.subject = any (place.suspects)
                and freshet.failed_at(f.evidence) < place.slot;

            select array(
                select j.name from jsonb_array_elements_text(f.evidence -> 'jobs') as j (name) where j.name <> all (place.suspects)
            )
            into still_suspect
            from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad' and f.subject = 'pg_net'
                and freshet.failed_at(f.evidence) < place.slot;
            if found then
                -- Each of several jobs must be seen well: it may have been any of them.
                update analytics.findings as f
                set evidence = jsonb_set(f.evidence, '{jobs}', to_jsonb(still_suspect))
                where f.kind = 'http_untracked' and f.subject = 'pg_net';
            end if;
            continue;
        end if;

        known_bad := array(
            select f.subject from analytics.findings as f
            where f.kind = 'http_untracked' and f.state = 'bad' and f.subject = any (place.suspects)
            order by f.subject
        );
        who := case cardinality(place.suspects) when 0 then 'no job' when 1 then place.suspects[1] else 'pg_net' end;
        -- As many failed as are known to fail: it was those. If one more failed, another job did too.
        continue when who = 'pg_net' and place.failed_count <= cardinality(known_bad);

        select freshet.failed_at(f.evidence) into told_until
        from analytics.findings as f
        where f.kind = 'http_untracked' and f.subject = who;
        continue when told_until >= place.last_failed_at;
        -- Reported for a job that was rewritten since.
        continue when who = 'no job' and exists (
            select
            from analytics.incidents as i
            where i.kind = 'http_untracked' and freshet.failed_at(i.evidence) >= place.last_failed_at
        );
        perform freshet.observe_untracked(
            who, 'bad', place.suspects, place.failed_count, place.last_failed_at, place.outcome,
            case who
                when 'no job' then format(
                    'an HTTP call of %s came to %s, and no job that calls pg_net ran then: a trigger (a database webhook) or a person made it',
                    place.last_failed_at, place.outcome
                )
                when 'pg_net' then format(
                    'HTTP calls of %s came to %s, and more than one job that calls pg_net itself ran then: %s',
                    place.last_failed_at, place.outcome, array_to_string(place.suspects[1:20], ', ')
                ) || or_trigger
                else format(
                    'the HTTP call of job "%s" of %s came to %s; it calls pg_net itself, so that its run counts as a success',
                    who, place.last_failed_at, place.outcome
                ) || or_trigger
            end
        );
    end loop;

    perform freshet.observe_untracked(f.subject, 'ok', array[]::text[], 1, freshet.failed_at(f.evidence), null, null)
    from analytics.findings as f
    where f.kind = 'http_untracked' and f.state = 'bad'
        and (
            (f.subject = 'no job' and freshet.failed_at(f.evidence) < clock_timestamp() - quiet_after)
            or (f.subject = 'pg_net' and jsonb_array_length(f.evidence -> 'jobs') = 0)
        );

    -- A job that was rewritten, or is gone, is judged by the ledger, or not at all.
    if freshet.is_audit_sighted() then
        perform freshet.withdraw_subjects('http_untracked', array['pg_net', 'no job'] || c.names)
        from (
            select array(
                select t.job_name from freshet.texts_of_jobs('\mnet"?\s*\.\s*"?http_(get|post|delete)"?\s*\(') as t
            ) as names
        ) as c;
    end if;
end
$$;

revoke all on function freshet.detect_untracked_answers() from public, anon, authenticated;

comment on function freshet.detect_untracked_answers() is
    'Kind http_untracked: failed answers that no row of the ledger explains. Not idempotent: each failure is counted once.';

-- supabase/schemas/audit/kinds/inactive.sql

create function freshet.find_inactive_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        d.job_name,
        jsonb_build_object(
            'job', d.job_name,
            'schedule', d.schedule,
            'jobid', min(j.jobid),
            'message', format('job "%s" is scheduled and not active', d.job_name)
        )
    from analytics.scheduled_jobs as d
    join freshet.jobs_of_declarations() as o on o.job_name = d.job_name
    join freshet.known_cron_jobs() as j on j.jobid = o.jobid
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
    group by d.job_name
    having not bool_or(j.active);
$$;

revoke all on function freshet.find_inactive_jobs() from public, anon, authenticated;

comment on function freshet.find_inactive_jobs() is 'Declared jobs that are scheduled and switched off.';

-- supabase/schemas/audit/kinds/lock_wait.sql

create function freshet.detect_lock_wait()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Scheduled refreshes give up after 5 seconds.
    patience constant interval := interval '30 seconds';
begin
    if not pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        return;
    end if;

    perform freshet.observe(
        kind => 'lock_wait',
        subject => v.view_name,
        state => case when w.waiting_pid is null and h.pid is null and r.pid is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => case
            when w.waiting_pid is null and h.pid is null and r.pid is null then '{}'
            else jsonb_build_object(
                'view', v.view_name,
                'job', v.job_name,
                'schedule', v.schedule,
                'pid', coalesce(w.blocking_pid, h.pid, r.pid),
                'message', case
                    when w.waiting_pid is not null then format(
                        'process %s has waited %s seconds for %s; process %s holds the lock',
                        w.waiting_pid, w.waited_seconds, w.mode, coalesce(w.blocking_pid::text, 'unknown')
                    )
                    when h.pid is not null then format('process %s has held %s for %s seconds', h.pid, h.mode, h.held_seconds)
                    else format(
                        'process %s of role "%s" has held the advisory lock of its refreshes for %s seconds: each is skipped as busy',
                        r.pid, r.role_name, r.held_seconds
                    )
                end
            )
        end
    )
    from analytics.views as v
    left join lateral (
        select
            l.pid as waiting_pid, l.mode, (pg_blocking_pids(l.pid))[1] as blocking_pid,
            extract(epoch from clock_timestamp() - l.waitstart)::bigint as waited_seconds
        from pg_catalog.pg_locks as l
        where l.relation = to_regclass(format('analytics.%I', v.view_name))
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and not l.granted
            and l.waitstart < clock_timestamp() - patience
        order by l.waitstart
        limit 1
    ) as w on true
    left join lateral (
        select l.pid, l.mode, extract(epoch from clock_timestamp() - a.xact_start)::bigint as held_seconds
        from pg_catalog.pg_locks as l
        join pg_catalog.pg_stat_activity as a on a.pid = l.pid
        where l.relation = to_regclass(format('analytics.%I', v.view_name))
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.granted
            and l.mode in ('ExclusiveLock', 'AccessExclusiveLock')
            and a.xact_start < clock_timestamp() - v.statement_timeout
        order by a.xact_start
        limit 1
    ) as h on true
    left join (
        select distinct on (k.view_name)
            k.view_name, k.pid, k.role_name, k.held_since,
            extract(epoch from clock_timestamp() - k.held_since)::bigint as held_seconds
        from freshet.refresh_lock_holders() as k
        order by k.view_name, k.held_since
    ) as r on r.view_name = v.view_name and r.held_since < clock_timestamp() - v.statement_timeout
    order by v.view_name;

    perform freshet.withdraw_subjects('lock_wait', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_lock_wait() from public, anon, authenticated;

comment on function freshet.detect_lock_wait() is
    'Kind lock_wait: a session has waited over 30 seconds for a view, or has locked it, or its refreshes, for longer than its refresh may take.';

-- supabase/schemas/audit/kinds/locking_refresh.sql

create function freshet.find_locking_refreshes()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refreshes as materialized (select r.* from freshet.refreshes_of_jobs() as r where r.relation is not null)
    select
        r.job_name,
        jsonb_build_object(
            'job', r.job_name,
            'jobid', min(r.jobid),
            'schedule', min(r.schedule),
            'view', min(r.view_name),
            'message', format(
                'job "%s" refreshes %s so that every reader waits until it has ended (%s); %s a unique index, and could be refreshed concurrently',
                r.job_name, string_agg(distinct r.view_name, ', '), min(r.place),
                case when count(distinct r.view_name) = 1 then 'it has' else 'they have' end
            )
        )
    from refreshes as r
    join freshet.watchable_views() as w on w.relation = r.relation
    where not r.is_concurrent and not r.is_emptying and w.has_key and w.is_populated
        and not exists (
            select from refreshes as o
            where o.jobid = r.jobid and o.relation = r.relation and (o.is_concurrent or o.is_emptying)
        )
    group by r.job_name;
$$;

revoke all on function freshet.find_locking_refreshes() from public, anon, authenticated;

comment on function freshet.find_locking_refreshes() is
    'Jobs that refresh a view plainly although its unique index allows a concurrent refresh. Not where one job does both, by turns.';

-- supabase/schemas/audit/kinds/missing.sql

create function freshet.find_missing_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        d.job_name,
        jsonb_build_object(
            'job', d.job_name,
            'schedule', d.schedule,
            'message', format('cron.job has no job "%s"', d.job_name) || coalesce(
                (
                    select format(' of "%s"; jobid %s of "%s" has that name and does other work', d.owner, min(j.jobid), min(j.owner))
                    from freshet.known_cron_jobs() as j
                    where j.job_name = d.job_name
                    having count(*) > 0
                ),
                ''
            )
        )
    from analytics.scheduled_jobs as d
    where coalesce(d.paused_until, '-infinity') <= clock_timestamp()
        and not exists (select from freshet.jobs_of_declarations() as j where j.job_name = d.job_name)
        and not exists (select from freshet.renamed_jobs() as r where r.job_name = d.job_name);
$$;

revoke all on function freshet.find_missing_jobs() from public, anon, authenticated;

comment on function freshet.find_missing_jobs() is 'Declared jobs that are not scheduled, and not under another name either.';

-- supabase/schemas/audit/kinds/near_timeout.sql

create function freshet.detect_near_timeout()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'near_timeout',
        subject => m.job_name,
        -- Two of twenty are the 95th percentile; one slow run is no news. Five good ones end it.
        state => case when m.slow_count >= 2 and m.is_slow_lately then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', freshet.schedule_of_job(m.job_name),
            'runid', m.last_runid,
            'limit_seconds', extract(epoch from m.time_limit)::bigint,
            'message', format(
                '%s of the last %s runs took more than 70 %% of the limit of %s seconds, the slowest %s seconds',
                m.slow_count, m.run_count, extract(epoch from m.time_limit)::bigint, round(m.slowest, 1)
            )
        )
    )
    from (
        select
            l.job_name, l.last_runid, l.time_limit,
            count(*) as run_count,
            count(*) filter (where d.seconds > 0.7 * extract(epoch from l.time_limit)) as slow_count,
            bool_or(d.seconds > 0.7 * extract(epoch from l.time_limit)) filter (where d.place <= 5) as is_slow_lately,
            max(d.seconds) as slowest
        from (
            -- Computed once for each job, not for each use below.
            select p.job_name, p.last_runid, freshet.time_limit(j.command, j.owner, j.database) as time_limit
            from analytics.job_pace as p
            join freshet.known_cron_jobs() as j on j.job_name = p.job_name
            offset 0
        ) as l
        cross join lateral freshet.recent_durations(l.job_name) as d
        where l.time_limit is not null
        group by l.job_name, l.last_runid, l.time_limit
        having count(*) >= 5
    ) as m
    where m.slow_count >= 2
        or exists (select from analytics.findings as f where f.kind = 'near_timeout' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform freshet.withdraw_subjects('near_timeout', array(select p.job_name from analytics.job_pace as p));
end
$$;

revoke all on function freshet.detect_near_timeout() from public, anon, authenticated;

comment on function freshet.detect_near_timeout() is
    'Kind near_timeout: two or more of a job''s last twenty runs took over 70 % of their statement timeout.';

-- supabase/schemas/audit/kinds/net_open.sql

create function freshet.find_net_roles()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.rolname::text,
        jsonb_build_object(
            'message', format('role "%s" may log in and reaches the tables of pg_net: it can read, send and stop HTTP calls', r.rolname)
        )
    from pg_roles as r
    where r.rolcanlogin
        and not r.rolsuper
        -- The platform's own roles, and those that a pack made and says so in the role's comment, for BI tools.
        and r.rolname !~ '^(pg_|supabase_|cli_login_)'
        and r.rolname not in ('postgres', 'authenticator', 'pgbouncer', 'dashboard_user')
        and coalesce(shobj_description(r.oid, 'pg_authid'), '') not like 'Freshet: %'
        and has_schema_privilege(r.oid, to_regnamespace('net'), 'usage')
        and has_table_privilege(r.oid, to_regclass('net.http_request_queue'), 'select, insert, update, delete, truncate, trigger');
$$;

revoke all on function freshet.find_net_roles() from public, anon, authenticated;

comment on function freshet.find_net_roles() is
    'Roles that log in, are neither superusers nor the platform''s, and have rights on pg_net''s queue.';

-- supabase/schemas/audit/kinds/net_tampered.sql

create function freshet.find_net_triggers()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        format('net.%s', c.relname),
        jsonb_build_object(
            'message', format(
                'trigger %s on net.%s calls %s of role "%s"', string_agg(t.tgname::text, ', ' order by t.tgname), c.relname,
                min(t.tgfoid::regprocedure::text), min(pg_get_userbyid(p.proowner)::text)
            )
        )
    from pg_class as c
    join pg_trigger as t on t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled <> 'D'
    join pg_proc as p on p.oid = t.tgfoid
    where c.relnamespace = to_regnamespace('net')
        -- Its own trigger, which keeps requests from being queued while the worker is down.
        and not exists (
            select
            from pg_depend as d
            join pg_extension as e on e.oid = d.refobjid and e.extname = 'pg_net'
            where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
        )
    group by c.relname;
$$;

revoke all on function freshet.find_net_triggers() from public, anon, authenticated;

comment on function freshet.find_net_triggers() is 'Tables of pg_net with a trigger that does not belong to it.';

-- supabase/schemas/audit/kinds/net_worker_gone.sql

create function freshet.detect_net_worker(read_error text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- A healthy worker takes a request at once, and a batch ends with its slowest request.
    patience constant interval := interval '2 minutes';
    checked_at constant timestamptz := clock_timestamp();
    sees_processes constant boolean := pg_has_role(current_user, 'pg_read_all_stats', 'usage');
    has_worker boolean;
    waiting_count bigint := 0;
    oldest_at timestamptz;
    gone_since timestamptz;
    reason text := read_error;
    state text;
begin
    if read_error is null then
        select count(*), min(c.queued_at) into waiting_count, oldest_at
        from analytics.http_calls as c
        join net.http_request_queue as q on q.id = c.request_id
        where c.harvested_at is null and c.queued_at between checked_at - interval '7 hours' and checked_at - patience;
    end if;

    -- The process is named "pg_net <version>"; to a role that may not look, other roles' processes have no name.
    has_worker := exists (
        select from pg_catalog.pg_stat_activity as a where a.backend_type like 'pg_net%' or a.application_name like 'pg_net%'
    );
    select f.since into gone_since
    from analytics.findings as f
    where f.kind = 'net_worker_gone' and f.subject = 'pg_net' and f.state <> 'ok';

    if reason is null and waiting_count > 0 then
        reason := format(
            '%s requests wait in the queue of pg_net, the oldest since %s; its worker %s',
            waiting_count, oldest_at,
            case when not sees_processes then 'may not be seen by us' when has_worker then 'is there' else 'is gone' end
        );
    elsif reason is null and sees_processes and not has_worker then
        reason := 'pg_net has no worker process';
    end if;

    state := case
        when reason is null then 'ok'
        -- A worker that restarts is away for a few seconds.
        when waiting_count = 0 and read_error is null and coalesce(gone_since, checked_at) > checked_at - patience then 'unknown'
        else 'bad'
    end;
    perform freshet.observe(
        kind => 'net_worker_gone',
        subject => 'pg_net',
        state => state,
        observed_at => checked_at,
        evidence => jsonb_build_object('message', reason, 'waiting_count', waiting_count, 'oldest_at', oldest_at),
        seen_since => least(oldest_at, gone_since)
    );
end
$$;

revoke all on function freshet.detect_net_worker(text) from public, anon, authenticated;

comment on function freshet.detect_net_worker(text) is
    'Kind net_worker_gone: Freshet''s requests stay in the queue, pg_net has no process for over 2 minutes, or it cannot be read (the argument says why).';

-- supabase/schemas/audit/kinds/never_fires.sql

create function freshet.find_never_firing(calendar jsonb)
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        j.job_name,
        jsonb_build_object(
            'job', j.job_name,
            'schedule', j.schedule,
            'jobid', j.jobid,
            'message', format('no minute of the next eight years fits "%s"', j.schedule)
        )
    from jsonb_to_recordset(calendar -> 'jobs') as c (job_name text, schedule text, never_fires boolean)
    join freshet.known_cron_jobs() as j on j.job_name = c.job_name and j.schedule = c.schedule
    where c.never_fires;
$$;

revoke all on function freshet.find_never_firing(jsonb) from public, anon, authenticated;

comment on function freshet.find_never_firing(jsonb) is
    'Jobs whose schedule has no slot in the calendar that was computed for this pass.';

-- supabase/schemas/audit/kinds/not_refreshable.sql

create function freshet.detect_not_refreshable()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'not_refreshable',
        subject => v.view_name,
        state => case when v.flaw is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('view', v.view_name, 'job', v.job_name, 'schedule', v.schedule, 'message', v.flaw)
    )
    from (
        select
            r.view_name, r.job_name, r.schedule,
            case
                when c.oid is null then 'the view does not exist'
                when c.relkind <> 'm' then 'it is no materialized view'
                when not exists (
                    select from pg_catalog.pg_index as i
                    where i.indrelid = c.oid
                        and i.indisunique and i.indisvalid and i.indimmediate
                        and i.indpred is null
                        and not (0 = any (i.indkey::int2[]))
                ) then 'it has no valid unique index over plain columns'
            end as flaw
        from analytics.views as r
        left join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', r.view_name))
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('not_refreshable', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_not_refreshable() from public, anon, authenticated;

comment on function freshet.detect_not_refreshable() is
    'Kind not_refreshable: a registered view is gone or has no usable unique index.';

-- supabase/schemas/audit/kinds/orphan_owner.sql

create function freshet.find_orphan_owners()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- One cause, however many jobs: the subject is the role.
    select
        freshet.short_name(j.owner),
        jsonb_build_object(
            'owner', freshet.short_name(j.owner),
            'jobs', to_jsonb((array_agg(j.job_name order by j.jobid))[1:20]),
            'jobids', to_jsonb((array_agg(j.jobid order by j.jobid))[1:20]),
            'message', format(
                'role "%s" does not exist and owns %s %s; pg_cron crashes when it looks the role up',
                freshet.short_name(j.owner), count(*), case when count(*) = 1 then 'job' else 'jobs' end
            )
        )
    from freshet.known_cron_jobs() as j
    where not exists (select from pg_catalog.pg_roles as r where r.rolname = j.owner)
    group by j.owner;
$$;

revoke all on function freshet.find_orphan_owners() from public, anon, authenticated;

comment on function freshet.find_orphan_owners() is 'Owners of jobs that no longer exist as roles.';

-- supabase/schemas/audit/kinds/read_only.sql

create function freshet.find_read_only()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with settings as (
        select s.setrole, s.setdatabase, o.option_value::boolean as is_on
        from pg_db_role_setting as s
        cross join lateral pg_options_to_table(s.setconfig) as o
        where o.option_name = 'default_transaction_read_only'
            and s.setdatabase in (0, (select d.oid from pg_database as d where d.datname = current_database()))
    ),
    -- Settings of this session or its role say nothing about other sessions.
    server as (
        select coalesce(
            (
                select g.setting::boolean from pg_settings as g
                where g.name = 'default_transaction_read_only'
                    and g.source in ('default', 'configuration file', 'command line', 'environment variable')
            ),
            false
        ) as is_on
    ),
    owners as (
        select
            j.owner, count(*) as job_count, to_jsonb((array_agg(j.job_name order by j.jobid))[1:20]) as jobs,
            -- As for a new session of that role: its setting for this database, its own, the database's, the server's.
            coalesce(
                (select s.is_on from settings as s where s.setrole = r.oid and s.setdatabase <> 0),
                (select s.is_on from settings as s where s.setrole = r.oid and s.setdatabase = 0)
            ) as of_role,
            (select s.is_on from settings as s where s.setrole = 0 and s.setdatabase <> 0) as of_database
        from freshet.known_cron_jobs() as j
        join pg_roles as r on r.rolname = j.owner
        where j.active and j.database = current_database()
            -- A command that sets the mode itself.
            and j.command !~* 'transaction_read_only\M|\mread\s+write\M'
        group by j.owner, r.oid
    ),
    struck as (
        select
            case
                when o.of_role then format('role %s', o.owner)
                when o.of_role is null and o.of_database then format('database %s', current_database())
                when o.of_role is null and o.of_database is null and s.is_on then 'server'
            end as subject,
            o.*
        from owners as o
        cross join server as s
    )
    select
        k.subject,
        jsonb_build_object(
            'jobs', (array_agg(k.jobs order by k.job_count desc))[1],
            'owner', case when k.subject like 'role %' then min(k.owner) end,
            -- A role may be meant to read only; its jobs then fail or have nothing to write.
            'severity', case when k.subject like 'role %' then 'error' else 'fatal' end,
            'message', format(
                'default_transaction_read_only is on for %s: %s %s in read-only transactions',
                case when k.subject = 'server' then 'the whole server' else k.subject end, sum(k.job_count),
                case sum(k.job_count) when 1 then 'job runs' else 'jobs run' end
            )
        )
    from struck as k
    where k.subject is not null
    group by k.subject;
$$;

create function freshet.detect_read_only()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe_findings(
        'read_only',
        array(select f from freshet.find_read_only() as f),
        array['server', format('database %s', current_database())] || array(select 'role ' || r.rolname from pg_roles as r)
    );
    -- The failures with that message follow from it.
    update analytics.incidents as i
    set cause_id = c.incident_id
    from analytics.incidents as c
    where c.kind = 'read_only' and c.closed_at is null
        and i.kind = 'failed' and i.closed_at is null and i.announced_at is null and i.cause_id is null
        and freshet.severity_rank(i.severity) <= freshet.severity_rank(c.severity)
        and i.evidence ->> 'message' like '%in a read-only transaction%'
        and (c.subject not like 'role %' or c.evidence -> 'jobs' ? i.job_name);
end
$$;

revoke all on function freshet.find_read_only() from public, anon, authenticated;

revoke all on function freshet.detect_read_only() from public, anon, authenticated;

comment on function freshet.find_read_only() is
    'Where default_transaction_read_only is on for the jobs of this database: "server", "database <name>" or "role <name>".';

comment on function freshet.detect_read_only() is 'Kind read_only: transactions of jobs are read-only by default.';

-- supabase/schemas/audit/kinds/refresh_denied.sql

create function freshet.find_refreshes_denied()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with refreshes as materialized (select r.* from freshet.refreshes_of_jobs() as r where r.relation is not null)
    select
        r.view_name,
        jsonb_build_object(
            'view', r.view_name,
            'job', min(r.job_name),
            'jobs', jsonb_agg(distinct r.job_name),
            'jobid', min(r.jobid),
            'schedule', min(r.schedule),
            'owner', pg_get_userbyid(min(c.relowner))::text,
            'message', format(
                'job "%s" refreshes view "%s" as role "%s", and it belongs to role "%s"', min(r.job_name), r.view_name,
                min(r.acts_as), pg_get_userbyid(min(c.relowner))
            )
        )
    from refreshes as r
    join pg_class as c on c.oid = r.relation
    where not freshet.may_refresh(r.acts_as, r.relation)
        -- Of several views of one name, the job means the one that it may refresh.
        and not exists (
            select from refreshes as o
            where o.jobid = r.jobid and o.place = r.place and o.relation <> r.relation
                and split_part(o.view_name, '.', 2) = split_part(r.view_name, '.', 2)
        )
        -- The command may switch to another role first.
        and not exists (
            select from cron.job as j
            where j.jobid = r.jobid and j.command ~* '\mset\s+(session\s+|local\s+)?(role|session\s+authorization)\M'
        )
    group by r.view_name;
$$;

revoke all on function freshet.find_refreshes_denied() from public, anon, authenticated;

comment on function freshet.find_refreshes_denied() is 'Views that a job refreshes as a role without the right to.';

-- supabase/schemas/audit/kinds/renamed.sql

create function freshet.find_renamed_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.job_name,
        jsonb_build_object(
            'job', r.job_name,
            'renamed_to', r.new_name,
            'schedule', r.new_schedule,
            'jobid', r.new_jobid,
            'message', format(
                'cron.job has no job "%s"; job "%s" (jobid %s) does its work: renamed?', r.job_name, r.new_name, r.new_jobid
            )
        )
    from freshet.renamed_jobs() as r;
$$;

revoke all on function freshet.find_renamed_jobs() from public, anon, authenticated;

comment on function freshet.find_renamed_jobs() is 'Declared jobs whose work is scheduled under another name.';

-- supabase/schemas/audit/kinds/scheduler_gone.sql

create function freshet.detect_scheduler_gone()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_running boolean;
begin
    if not pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        return;
    end if;

    -- The server restarts it a second after it died: only one that stays away is gone. One that dies as often as it is
    -- started never gets two seconds old.
    for attempt in 1..6 loop
        select exists (
            select from freshet.cron_backends() as b
            where b.is_scheduler and b.started_at < clock_timestamp() - interval '2 seconds'
        )
        into is_running;
        exit when is_running;
        perform pg_sleep(0.5);
        perform pg_stat_clear_snapshot();
    end loop;

    perform freshet.observe(
        kind => 'scheduler_gone',
        subject => 'pg_cron',
        state => case when is_running then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => case
            when is_running then '{}'
            else jsonb_build_object(
                'message', format(
                    'no process "pg_cron scheduler" lasted for two of three seconds; pg_cron %s, server up since %s',
                    (select e.extversion from pg_catalog.pg_extension as e where e.extname = 'pg_cron'),
                    pg_postmaster_start_time()
                )
            )
        end
    );
end
$$;

revoke all on function freshet.detect_scheduler_gone() from public, anon, authenticated;

comment on function freshet.detect_scheduler_gone() is
    'Kind scheduler_gone: pg_stat_activity shows no lasting scheduler. Takes three seconds to be sure.';

-- supabase/schemas/audit/kinds/secret_missing.sql

create function freshet.secret_flaw(name text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    secret text;
begin
    secret := freshet.vault_secret(name);
    return case
        when secret is null then 'is missing in Vault'
        when secret !~ '\S' then 'is empty'
        -- Pasted with its line break, which breaks the address.
        when secret ~ '\s' then 'has white space in it'
        when name = 'project_url' and secret !~* '^https?://[^/]+/?$' then 'is no address of the kind https://<ref>.supabase.co'
        when name = 'freshet_call_secret' and secret !~ '^[0-9a-f]{64}$' then 'is not what analytics.rotate_call_secret() makes'
    end;
exception
    when undefined_table or invalid_schema_name then
        return 'cannot be read: Vault is not installed';
    when others then
        return format('cannot be read [%s]', sqlstate);
end
$$;

create function freshet.detect_secrets()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe(
        kind => 'secret_missing',
        subject => s.name,
        state => case
            when s.flaw is null then 'ok'
            -- The first pass may run before the secrets are entered by hand. If they are missing at the next one too,
            -- they were forgotten.
            when s.is_first then 'unknown'
            else 'bad'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object('message', s.name || ' ' || s.flaw)
    )
    from (
        select
            n.name, freshet.secret_flaw(n.name) as flaw,
            coalesce(a.last_audit_at, '-infinity') < coalesce(a.judged_since, 'infinity') as is_first
        from unnest(array['project_url', 'freshet_call_secret']) as n (name)
        cross join analytics.audit_state as a
    ) as s;
    select freshet.withdraw_subjects('secret_missing', array['project_url', 'freshet_call_secret']);
$$;

revoke all on function freshet.secret_flaw(text) from public, anon, authenticated;

revoke all on function freshet.detect_secrets() from public, anon, authenticated;

comment on function freshet.secret_flaw(text) is 'What is wrong with a secret that HTTP jobs need; null when nothing is.';

comment on function freshet.detect_secrets() is 'Kind secret_missing: project_url and freshet_call_secret in Vault.';

-- supabase/schemas/audit/kinds/source_stopped.sql

create function freshet.detect_source_stopped()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'source_stopped',
        subject => v.view_name,
        state => case
            when v.source_age is null then 'unknown'
            when v.source_age > coalesce(v.source_warn_after, v.source_error_after) then 'bad'
            else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'source_as_of', v.source_as_of,
            'severity', case when v.source_age > v.source_error_after then 'error' else 'warning' end,
            'message', format(
                'the newest row of %s was %s seconds old when the view was verified, expected %s at most', v.source_at_table,
                extract(epoch from v.source_age)::bigint,
                extract(epoch from coalesce(v.source_warn_after, v.source_error_after))::bigint
            )
        )
    )
    from (
        -- As of the verification: a missing refresh is not the fault of the source.
        select r.*, r.verified_at - r.source_as_of as source_age
        from analytics.views as r
        where coalesce(r.source_warn_after, r.source_error_after) is not null
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('source_stopped', array(
        select v.view_name from analytics.views as v where coalesce(v.source_warn_after, v.source_error_after) is not null
    ));
end
$$;

revoke all on function freshet.detect_source_stopped() from public, anon, authenticated;

comment on function freshet.detect_source_stopped() is
    'Kind source_stopped: the newest source row of a view is older than source_warn_after, or source_error_after.';

-- supabase/schemas/audit/kinds/stale.sql

create function freshet.detect_stale()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'stale',
        subject => v.view_name,
        state => case
            -- It cannot be read at all: detect_unpopulated reports that.
            when not v.is_populated then 'unknown'
            when v.judged_age > coalesce(v.warn_after, v.stale_after) then 'bad'
            else 'ok'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'verified_at', v.verified_at,
            'stale_after_seconds', extract(epoch from v.stale_after)::bigint,
            'age_seconds', extract(epoch from v.age)::bigint,
            'severity', case when v.judged_age <= v.stale_after then 'warning' else 'error' end,
            'message', case
                when v.verified_at is null then 'never refreshed since it was registered'
                else format(
                    'last verified %s seconds ago, objective %s seconds',
                    extract(epoch from v.age)::bigint, extract(epoch from v.stale_after)::bigint
                )
            end
        )
    )
    from (
        select
            r.*,
            -- A view has one objective's time for its first refresh.
            clock_timestamp() - coalesce(r.verified_at, r.registered_at) as age,
            clock_timestamp() - greatest(coalesce(r.verified_at, r.registered_at), (select freshet.judged_since())) as judged_age,
            coalesce(
                (
                    select c.relispopulated from pg_catalog.pg_class as c
                    where c.oid = to_regclass(format('analytics.%I', r.view_name))
                ),
                true
            ) as is_populated
        from analytics.views as r
    ) as v
    order by v.view_name;

    perform freshet.withdraw_subjects('stale', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_stale() from public, anon, authenticated;

comment on function freshet.detect_stale() is 'Kind stale: a view whose rows were not verified within its objective; a warning from warn_after on.';

-- supabase/schemas/audit/kinds/stuck.sql

create function freshet.detect_stuck()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- For jobs without a declared max_runtime.
    usual_limit constant interval := interval '6 hours';
begin
    perform freshet.observe(
        kind => 'stuck',
        subject => s.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', s.job_name,
            'schedule', freshet.schedule_of_job(s.job_name),
            'runid', s.runid,
            'pid', s.job_pid,
            'started_at', s.began_at,
            'message', format(
                'runs for %s seconds, and may for %s', extract(epoch from clock_timestamp() - s.began_at)::bigint,
                extract(epoch from s.max_runtime)::bigint
            )
        ),
        seen_since => s.began_at + s.max_runtime
    )
    from (
        select distinct on (o.job_name)
            o.job_name, o.runid, o.job_pid, coalesce(o.started_at, o.first_seen_at) as began_at,
            coalesce(d.max_runtime, usual_limit) as max_runtime
        from analytics.open_runs as o
        left join analytics.scheduled_jobs as d on d.job_name = o.job_name
        where o.given_up_at is null
            and freshet.is_run_alive(o)
            and greatest(coalesce(o.started_at, o.first_seen_at), freshet.judged_since())
                < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        order by o.job_name, o.runid
    ) as s
    order by s.job_name;

    perform freshet.observe('stuck', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    left join analytics.scheduled_jobs as d on d.job_name = f.subject
    where f.kind = 'stuck'
        and f.state = 'bad'
        and not exists (
            select
            from analytics.open_runs as o
            where o.job_name = f.subject
                and o.given_up_at is null
                and freshet.is_run_alive(o)
                and greatest(coalesce(o.started_at, o.first_seen_at), freshet.judged_since())
                    < clock_timestamp() - coalesce(d.max_runtime, usual_limit)
        );
end
$$;

revoke all on function freshet.detect_stuck() from public, anon, authenticated;

comment on function freshet.detect_stuck() is
    'Kind stuck: an open run with a live process that is older than max_runtime of its job.';

-- supabase/schemas/audit/kinds/timezone_ignored.sql

create function freshet.ignored_timezone()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    setting text;
begin
    -- A pg_cron that supports it (1.5 and later) lists it in pg_settings, visible only to roles that may read all
    -- settings. A setting that no extension defines is a placeholder to the server, and is in no view.
    setting := current_setting('cron.timezone', true);
    if coalesce(setting, '') = '' or exists (select from pg_settings as s where s.name = 'cron.timezone') then
        return null;
    end if;
    -- Other names of GMT, by which jobs run anyway.
    if upper(setting) in ('GMT', 'UTC', 'UCT', 'ETC/GMT', 'ETC/UTC', 'ETC/UCT', 'ZULU', 'ETC/ZULU', 'UNIVERSAL', 'GREENWICH', 'GMT0') then
        return null;
    end if;
    return setting;
exception
    when insufficient_privilege then
        return null;
end
$$;

create function freshet.detect_timezone_ignored()
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe(
        kind => 'timezone_ignored',
        subject => 'cron.timezone',
        state => case when t.setting is null then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'message', format(
                'cron.timezone is %s, and pg_cron %s knows no such setting: jobs run by GMT', t.setting,
                (select e.extversion from pg_extension as e where e.extname = 'pg_cron')
            )
        )
    )
    from (select freshet.ignored_timezone() as setting) as t
    where t.setting is not null or freshet.is_watched('timezone_ignored', 'cron.timezone');
$$;

revoke all on function freshet.ignored_timezone() from public, anon, authenticated;

revoke all on function freshet.detect_timezone_ignored() from public, anon, authenticated;

comment on function freshet.ignored_timezone() is
    'The cron.timezone that pg_cron does not support, where one is set that is not GMT.';

comment on function freshet.detect_timezone_ignored() is 'Kind timezone_ignored: a pg_cron before 1.5 with a cron.timezone.';

-- supabase/schemas/audit/kinds/undeclared.sql

create function freshet.find_undeclared_jobs()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        freshet.job_label(j.job_name, j.owner),
        jsonb_build_object(
            'job', freshet.job_label(j.job_name, j.owner),
            'schedule', j.schedule,
            'jobid', j.jobid,
            'owner', j.owner,
            'message', format('job "%s" of "%s" is scheduled, and nobody declared it', j.job_name, j.owner)
        )
    from freshet.known_cron_jobs() as j
    where j.jobid <> all (array(select d.jobid from freshet.jobs_of_declarations() as d))
        and j.jobid <> all (array(select c.jobid from freshet.duplicate_jobs() as c))
        and j.jobid <> all (array(select r.new_jobid from freshet.renamed_jobs() as r));
$$;

revoke all on function freshet.find_undeclared_jobs() from public, anon, authenticated;

comment on function freshet.find_undeclared_jobs() is
    'Scheduled jobs that are neither declared nor another one''s duplicate or new name. One whose name is declared for another owner is called "<name> of <owner>".';

-- supabase/schemas/audit/kinds/unpopulated.sql

create function freshet.detect_unpopulated()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'unpopulated',
        subject => v.view_name,
        state => case
            when c.relispopulated then 'ok'
            -- A view created "with no data" has one objective's time for its first refresh, counted again from the
            -- first pass.
            when v.refreshed_at is null
                and greatest(v.registered_at, (select freshet.judged_since())) > clock_timestamp() - v.stale_after
                then 'ok'
            else 'bad'
        end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'view', v.view_name,
            'job', v.job_name,
            'schedule', v.schedule,
            'message', case
                when v.refreshed_at is null then 'never refreshed since it was registered'
                else 'emptied "with no data" since its last refresh'
            end
        )
    )
    from analytics.views as v
    join pg_catalog.pg_class as c on c.oid = to_regclass(format('analytics.%I', v.view_name)) and c.relkind = 'm'
    order by v.view_name;

    perform freshet.withdraw_subjects('unpopulated', array(select v.view_name from analytics.views as v));
end
$$;

revoke all on function freshet.detect_unpopulated() from public, anon, authenticated;

comment on function freshet.detect_unpopulated() is 'Kind unpopulated: a registered view that cannot be read.';

-- supabase/schemas/audit/kinds/unrefreshed.sql

create function freshet.find_unrefreshed_views()
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    candidates constant text[] := array(
        select w.schema_name || '.' || w.relation_name
        from freshet.watchable_views() as w
        where not w.is_registered
            and not exists (
                select from analytics.unwatched_views as u where u.view_name = w.schema_name || '.' || w.relation_name
            )
        order by 1
    );
begin
    if candidates = '{}' then
        return candidates;
    end if;
    return array(
        with refreshes as materialized (select r.view_name, r.is_dynamic from freshet.refreshes_of_jobs() as r)
        select c.name
        from unnest(candidates) as c (name)
        where not exists (select from refreshes as r where r.view_name = c.name or r.is_dynamic)
            -- Or a trigger refreshes it on a write.
            and not exists (
                select
                from pg_trigger as t
                join pg_proc as p on p.oid = t.tgfoid
                where not t.tgisinternal and t.tgenabled <> 'D' and p.prosrc ~* '\mrefresh\s+materialized\s+view\M'
                    and (
                        freshet.is_dynamic_refresh(p.prosrc)
                        or exists (
                            select from freshet.refreshes_in(p.prosrc) as f
                            where c.name like '%.' || replace(replace(f.relation_name, '\', '\\'), '_', '\_')
                        )
                    )
            )
        order by c.name
    );
end
$$;

create function freshet.detect_unrefreshed()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    views constant text[] := freshet.find_unrefreshed_views();
begin
    -- All of them are one incident. One more view opens a new one.
    update analytics.incidents as i
    set closed_at = clock_timestamp(), resolution = 'escalated'
    where i.kind = 'unrefreshed' and i.closed_at is null
        and views <> '{}'
        and exists (select from unnest(views) as v (name) where not coalesce(i.evidence -> 'views' ? v.name, false));

    perform freshet.observe(
        kind => 'unrefreshed',
        subject => 'materialized views',
        state => case when views = '{}' then 'ok' else 'bad' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'views', to_jsonb(views),
            'message', format(
                'no job refreshes %s: %s', case cardinality(views) when 1 then 'this materialized view' else cardinality(views) || ' materialized views' end,
                array_to_string(views[1:20], ', ') || case when cardinality(views) > 20 then ', …' else '' end
            )
        )
    )
    where views <> '{}' or freshet.is_watched('unrefreshed', 'materialized views');
end
$$;

revoke all on function freshet.find_unrefreshed_views() from public, anon, authenticated;

revoke all on function freshet.detect_unrefreshed() from public, anon, authenticated;

comment on function freshet.find_unrefreshed_views() is
    'Views that are not registered and that neither a job nor a trigger refreshes. Empty where a job refreshes names that it puts together at run time: those are not known.';

comment on function freshet.detect_unrefreshed() is 'Kind unrefreshed: one incident for all views that no job refreshes.';

-- supabase/schemas/audit/kinds/unset_timeout.sql

create function freshet.detect_unset_timeout()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    subjects text[];
begin
    select coalesce(array_agg(j.job_name), '{}') into subjects
    from freshet.known_cron_jobs() as j
    where j.active
        and j.command ~* 'refresh\s+materialized\s+view|analytics\.refresh_view\('
        and j.command !~* '\mset\s+(local\s+|session\s+)?statement_timeout\M';

    perform freshet.observe(
        kind => 'unset_timeout',
        subject => s.job_name,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', s.job_name,
            'schedule', freshet.schedule_of_job(s.job_name),
            'message', format(
                'its command sets no statement_timeout, so it has %s',
                coalesce(freshet.time_limit_of_job(s.job_name)::text, 'that of the server')
            )
        )
    )
    from unnest(subjects) as s (job_name)
    order by s.job_name;

    perform freshet.observe('unset_timeout', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'unset_timeout' and f.state = 'bad' and f.subject <> all (subjects);
end
$$;

revoke all on function freshet.detect_unset_timeout() from public, anon, authenticated;

comment on function freshet.detect_unset_timeout() is
    'Kind unset_timeout: a job whose command refreshes a view and sets no statement timeout.';

-- supabase/schemas/audit/kinds/wrong_host.sql

create function freshet.find_wrong_hosts()
returns setof freshet.audit_finding
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with project as (
        select freshet.url_host(s.decrypted_secret) as host
        from vault.decrypted_secrets as s
        where s.name = 'project_url'
    ),
    addresses as (
        -- Other services are the job's own concern: only addresses that look like a project's are compared.
        select j.job_name, j.jobid, j.schedule, freshet.url_host(m.url[1]) as host
        from freshet.known_cron_jobs() as j
        cross join lateral regexp_matches(j.command, 'https?://[^\s''"]+', 'gi') as m (url)
        where m.url[1] ~* '^https?://[^/?#\s]+\.supabase\.(co|in|net)([:/?#]|$)' or m.url[1] ~ '/(functions|rest)/v1/'
    )
    select
        a.job_name,
        jsonb_build_object(
            'job', a.job_name,
            'schedule', min(a.schedule),
            'jobid', min(a.jobid),
            'message', format('job "%s" calls %s, and this project is %s', a.job_name, min(a.host), min(p.host))
        )
    from addresses as a
    join project as p on p.host <> a.host
    group by a.job_name;
$$;

revoke all on function freshet.find_wrong_hosts() from public, anon, authenticated;

comment on function freshet.find_wrong_hosts() is
    'Jobs whose command calls a project that is not the one of Vault''s project_url, as after a clone or a restore.';

-- supabase/schemas/audit/kinds/zombie.sql

create function freshet.detect_zombies()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- pg_cron gives a run 10 seconds to connect; until then it has no process either.
    patience constant interval := interval '2 minutes';
    dead record;
begin
    for dead in
        with given_up as (
            update analytics.open_runs as o
            set given_up_at = clock_timestamp()
            where o.given_up_at is null
                and o.first_seen_at < clock_timestamp() - patience
                and coalesce(o.started_at, o.first_seen_at) < clock_timestamp() - patience
                and not freshet.is_run_alive(o)
            returning o.*
        )
        select
            g.job_name, count(*) as run_count, max(g.runid) as runid, min(coalesce(g.started_at, g.first_seen_at)) as since,
            (array_agg(g.status order by g.runid desc))[1] as status,
            (array_agg(g.job_pid order by g.runid desc))[1] as job_pid
        from given_up as g
        group by g.job_name
        order by g.job_name
    loop
        perform freshet.observe(
            kind => 'zombie',
            subject => dead.job_name,
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => jsonb_build_object(
                'job', dead.job_name,
                'schedule', freshet.schedule_of_job(dead.job_name),
                'runid', dead.runid,
                'started_at', dead.since,
                'message', format(
                    'the run is "%s" since %s, and process %s is gone', dead.status, dead.since,
                    coalesce(dead.job_pid::text, 'of its connection')
                )
            ),
            weight => dead.run_count,
            seen_since => dead.since
        );
    end loop;

    -- A later run of the job shows that it continues; the dead one has been reported by then, and is not looked at
    -- again.
    delete from analytics.open_runs as o
    where o.given_up_at is not null
        and (
            exists (select from analytics.job_pace as p where p.job_name = o.job_name and p.last_runid > o.runid)
            or exists (
                select from analytics.open_runs as n
                where n.job_name = o.job_name and n.epoch = o.epoch and n.runid > o.runid and n.given_up_at is null
            )
        );

    perform freshet.observe('zombie', f.subject, 'ok', clock_timestamp(), '{}')
    from analytics.findings as f
    where f.kind = 'zombie'
        and f.state = 'bad'
        and not exists (select from analytics.open_runs as o where o.job_name = f.subject and o.given_up_at is not null);
end
$$;

revoke all on function freshet.detect_zombies() from public, anon, authenticated;

comment on function freshet.detect_zombies() is
    'Kind zombie: an open run without a process, reported once each; over when the job runs again or a person ends its row.';

-- supabase/schemas/audit/lists/list_incidents.sql

-- Object: analytics.list_incidents()
-- Serves: /analytics/ops/incidents
-- Why: the history of incidents, newest first, a page at a time. The evidence is returned as an alert would contain it,
--      unscrubbed: the function that serves it scrubs it. An alert that waits or was refused has its reason, and a
--      recovery whether its issue is closed. The receiver's words were scrubbed before they were stored.
create function analytics.list_incidents(
    state text default null,
    kind text default null,
    job text default null,
    before_id bigint default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with matching as (
        select i.*
        from analytics.incidents as i
        where (before_id is null or i.incident_id < before_id)
            and (list_incidents.state is null or (list_incidents.state = 'open') = (i.closed_at is null))
            and (list_incidents.kind is null or i.kind = list_incidents.kind)
            and (list_incidents.job is null or i.job_name = list_incidents.job)
        order by i.incident_id desc
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.incident_id desc limit page_size
    )
    select jsonb_build_object(
        'rows', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'incident_id', p.incident_id,
                    'state', case when p.closed_at is null then 'open' else 'closed' end,
                    'cause_id', p.cause_id,
                    'announced_at', p.announced_at,
                    'muted_until', case when j.muted_until > now() then j.muted_until end,
                    'payload', freshet.alert_payload(p::analytics.incidents, 'opened'),
                    'alerts', (
                        select coalesce(
                            jsonb_agg(
                                jsonb_build_object(
                                    'event_id', o.event_id,
                                    'transition', o.transition,
                                    'state', o.state,
                                    'attempt_count', o.attempt_count,
                                    'delivered_at', o.delivered_at,
                                    'last_error', o.last_error,
                                    'resolved_at', o.resolved_at,
                                    'resolve_error', o.resolve_error
                                )
                                order by o.created_at, o.transition
                            ),
                            '[]'
                        )
                        from analytics.outbox as o
                        where o.incident_id = p.incident_id
                    )
                )
                order by p.incident_id desc
            ),
            '[]'
        ),
        'next_cursor', case when (select count(*) from matching) > page_size then min(p.incident_id)::text end
    )
    from page as p
    left join analytics.scheduled_jobs as j on j.job_name = p.job_name;
$$;

revoke all on function analytics.list_incidents(text, text, text, bigint, integer) from public, anon, authenticated;

grant execute on function analytics.list_incidents(text, text, text, bigint, integer) to service_role;

comment on function analytics.list_incidents(text, text, text, bigint, integer) is
    'A page of incidents, newest first, below before_id; state is open, closed or null. Service role only. The evidence is unscrubbed.';

-- supabase/schemas/audit/lists/list_jobs.sql

-- Object: analytics.list_jobs()
-- Serves: /analytics/ops/jobs
-- Why: declared and scheduled jobs side by side, with their last run and open incidents. Commands are not returned:
--      those of other owners hold keys. A page begins after a name, and a name that holds a secret must not be in a
--      cursor. Such a name is replaced by its SHA-256; if that job is gone meanwhile the list begins again, so that no
--      job is skipped.
create function analytics.list_jobs(job text default null, after_job text default null, page_size integer default 50)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with scheduled as (
        -- Under the audit's name. A job that exists twice is shown by its oldest row, with the count.
        select distinct on (c.job_name)
            c.job_name, count(*) over (partition by c.job_name) as scheduled_count,
            c.jobid, c.schedule, c.command, c.active, c.owner as username, c.database
        from freshet.known_cron_jobs() as c
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
                and d.command_fingerprint = freshet.command_fingerprint(s.command)
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
        -- The only index of the history is on runid; runs older than this window are not worth a scan.
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
                    'next_slot_at', freshet.next_slot_after(w.next_slot_at, w.schedule, w.period, now()),
                    'missed_slot_at', w.missed_slot_at,
                    'last_run', case when r.runid is not null then jsonb_build_object(
                        'runid', r.runid,
                        'status', r.status,
                        'message', nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), ''),
                        'started_at', freshet.run_time(r.start_time),
                        'ended_at', freshet.run_time(r.end_time)
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

revoke all on function analytics.list_jobs(text, text, integer) from public, anon, authenticated;

grant execute on function analytics.list_jobs(text, text, integer) to service_role;

comment on function analytics.list_jobs(text, text, integer) is
    'A page of jobs, declared or scheduled, by name, above after_job (a name, or sha256: and the name''s SHA-256), with the last run among the newest 20,000. Service role only. Messages and names are unscrubbed.';

-- supabase/schemas/audit/lists/list_runs.sql

-- Object: analytics.list_runs()
-- Serves: /analytics/ops/runs
-- Why: the history newest first, by runid, its only index. A page reads a bounded window, so that a rare job does not
--      cost a scan of everything: a short or empty page with a next_cursor means that older rows follow.
create function analytics.list_runs(
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
        select j.jobid, j.job_name from freshet.known_cron_jobs() as j
        union all
        -- Runs outlive their job: the audit keeps its name.
        select k.jobid, k.job_name
        from analytics.known_jobs as k
        join analytics.audit_state as s on s.epoch = k.epoch
        where not exists (select from cron.job as j where j.jobid = k.jobid)
    ),
    -- Read in index order, and no further than the page needs: names are joined afterwards.
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
            freshet.run_time(m.start_time) as start_time, freshet.run_time(m.end_time) as end_time,
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

revoke all on function analytics.list_runs(text, text, bigint, integer, integer) from public, anon, authenticated;

grant execute on function analytics.list_runs(text, text, bigint, integer, integer) to service_role;

comment on function analytics.list_runs(text, text, bigint, integer, integer) is
    'A page of pg_cron''s history, newest first, below before_runid; reads at most window_size runs. Succeeded runs of workers are left out where no job is named. Service role only. Messages are unscrubbed.';

-- supabase/schemas/audit/monitors/acknowledge_check_in.sql

-- Object: analytics.acknowledge_check_in()
-- Why: a check-in is repeated until Sentry has accepted it; see analytics.due_check_ins().
create function analytics.acknowledge_check_in(job_name text, runid bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.job_monitors as m
    set told_runid = acknowledge_check_in.runid
    where m.job_name = acknowledge_check_in.job_name;
$$;

revoke all on function analytics.acknowledge_check_in(text, bigint) from public, anon, authenticated;

grant execute on function analytics.acknowledge_check_in(text, bigint) to service_role;

comment on function analytics.acknowledge_check_in(text, bigint) is
    'Sentry accepted the check-in of the run. Idempotent. Service role only.';

-- supabase/schemas/audit/monitors/check_ins_asked.sql

-- Object: analytics.check_ins_asked
-- Grain: one row per monitor with a check-in in the last minute
-- Why: the receiver accepts six check-ins a minute for a monitor and silently drops the others, the newest among them.
--      Simultaneous passes, or passes by hand, are many isolates, so the count is kept here. The limit is three,
--      because a runtime resends by itself what it sent over a connection that then broke.
create table analytics.check_ins_asked (
    monitor text primary key,
    asked_at timestamptz[] not null
);

alter table analytics.check_ins_asked enable row level security;

revoke all on table analytics.check_ins_asked from public, anon, authenticated;

comment on table analytics.check_ins_asked is 'The check-ins of each monitor within the last minute.';

-- supabase/schemas/audit/monitors/claim_heartbeat.sql

-- Object: analytics.claim_heartbeat()
-- Why: the heartbeat of the audit is under the same limit as any monitor; see analytics.check_ins_asked.
create function analytics.claim_heartbeat()
returns boolean
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    -- No job has this name.
    select freshet.may_check_in('');
$$;

revoke all on function analytics.claim_heartbeat() from public, anon, authenticated;

grant execute on function analytics.claim_heartbeat() to service_role;

comment on function analytics.claim_heartbeat() is
    'Whether a check-in for the audit''s own monitor may be sent now: three times a minute at most, by all isolates. Service role only.';

-- supabase/schemas/audit/monitors/due_check_ins.sql

-- Object: analytics.due_check_ins()
-- Why: a check-in means "now" to Sentry, so only the newest run is sent, and repeated until Sentry has accepted it.
create function analytics.due_check_ins()
returns table (job_name text, runid bigint, status text, schedule text, timezone text, margin_minutes integer, max_runtime_minutes integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    wanted record;
    run record;
begin
    select * into strict state from analytics.audit_state;
    delete from analytics.job_monitors as m
    where not exists (select from analytics.scheduled_jobs as j where j.job_name = m.job_name and j.has_monitor);

    -- A new monitor, or a history that began again: earlier runs are not sent.
    insert into analytics.job_monitors as m (job_name, epoch, looked_runid)
    select j.job_name, state.epoch, state.low_runid
    from analytics.scheduled_jobs as j
    where j.has_monitor and j.schedule ~ '^\s*\S+(\s+\S+){4}\s*$' and j.schedule !~ '\$'
    on conflict on constraint job_monitors_pkey do update
    set epoch = excluded.epoch, looked_runid = excluded.looked_runid, last_runid = null, last_status = null, told_runid = null
    where m.epoch <> excluded.epoch;

    for wanted in
        select m.job_name, m.looked_runid from analytics.job_monitors as m order by m.job_name for update
    loop
        select d.runid, case d.status when 'succeeded' then 'ok' else 'error' end as status
        into run
        from cron.job_run_details as d
        join analytics.known_jobs as k on k.epoch = state.epoch and k.jobid = d.jobid and k.job_name = wanted.job_name
        where d.runid > wanted.looked_runid and d.status in ('succeeded', 'failed')
        order by d.runid desc
        limit 1;
        -- The outcome of an HTTP job is that of its call; while the call is open, nothing is sent.
        if found and run.status = 'ok' then
            select case c.outcome when 'succeeded' then 'ok' when 'pending' then null else 'error' end into run.status
            from analytics.http_calls as c
            where c.runid = run.runid
            order by c.call_id desc
            limit 1;
            if not found then
                run.status := 'ok';
            end if;
        end if;
        continue when run.runid is not null and run.status is null;

        update analytics.job_monitors as m
        set last_runid = coalesce(run.runid, m.last_runid),
            last_status = coalesce(run.status, m.last_status),
            -- A run that still goes on is looked at again.
            looked_runid = greatest(m.looked_runid, least(
                state.low_runid,
                (select min(o.runid) - 1 from analytics.open_runs as o where o.epoch = state.epoch and o.job_name = m.job_name)
            ))
        where m.job_name = wanted.job_name;
    end loop;

    for job_name, runid, status, schedule, timezone, margin_minutes, max_runtime_minutes in
        select
            m.job_name, m.last_runid, m.last_status, btrim(regexp_replace(j.schedule, '\s+', ' ', 'g')),
            case when freshet.ignored_timezone() is null then coalesce(current_setting('cron.timezone', true), 'GMT') else 'GMT' end,
            greatest(ceil(extract(epoch from j.late_after) / 60), 1)::integer,
            greatest(ceil(extract(epoch from j.max_runtime) / 60), 1)::integer
        from analytics.job_monitors as m
        join analytics.scheduled_jobs as j on j.job_name = m.job_name
        where m.last_runid is not null and m.last_runid is distinct from m.told_runid
        order by m.job_name
    loop
        continue when not freshet.may_check_in(job_name);
        return next;
    end loop;
end
$$;

revoke all on function analytics.due_check_ins() from public, anon, authenticated;

grant execute on function analytics.due_check_ins() to service_role;

comment on function analytics.due_check_ins() is
    'The newest ended run of each job with a monitor, until Sentry has accepted its check-in. Service role only. Safe to repeat.';

-- supabase/schemas/audit/monitors/job_monitors.sql

-- Object: analytics.job_monitors
-- Grain: one row per job with a Sentry monitor of its own
-- Why: which run was sent last has to outlive the isolate that sent it; see analytics.scheduled_jobs.has_monitor.
create table analytics.job_monitors (
    job_name text primary key references analytics.scheduled_jobs (job_name) on delete cascade on update cascade,
    epoch integer not null,
    looked_runid bigint not null,
    last_runid bigint,
    last_status text check (last_status in ('ok', 'error')),
    told_runid bigint
);

alter table analytics.job_monitors enable row level security;

revoke all on table analytics.job_monitors from public, anon, authenticated;

comment on table analytics.job_monitors is 'The last check-in of each monitor.';

comment on column analytics.job_monitors.looked_runid is 'Runs of the job up to here have been looked at.';

-- supabase/schemas/audit/monitors/may_check_in.sql

-- Object: freshet.may_check_in()
-- Why: all isolates together keep the limit of a monitor; see analytics.check_ins_asked.
create function freshet.may_check_in(monitor text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.check_ins_asked as c (monitor, asked_at) values (monitor, '{}')
    on conflict on constraint check_ins_asked_pkey do nothing;

    with asked as (
        update analytics.check_ins_asked as c
        set asked_at = array(select a from unnest(c.asked_at) as a where a > clock_timestamp() - interval '61 seconds')
            || clock_timestamp()
        where c.monitor = may_check_in.monitor
            and (select count(*) from unnest(c.asked_at) as a where a > clock_timestamp() - interval '61 seconds') < 3
        returning 1
    )
    select exists (select from asked);
$$;

revoke all on function freshet.may_check_in(text) from public, anon, authenticated;

comment on function freshet.may_check_in(text) is 'Whether one more check-in of the monitor fits into this minute; true counts it.';

-- supabase/schemas/audit/pass/audit_detectors.sql

-- Object: analytics.audit_detectors
-- Grain: one row per detector
-- Why: a detector that fails must end neither the others nor the pass. Each runs in a savepoint of its own, its failure
--      is a finding, and the runs that it failed to process are kept for it.
create table analytics.audit_detectors (
    detector text primary key check (detector ~ '^[a-z][a-z_]*$'),
    place integer not null unique,
    call text not null,
    needs_history boolean not null default true,
    was_skipped boolean not null default false,
    out_of_time_at timestamptz
);

alter table analytics.audit_detectors enable row level security;

revoke all on table analytics.audit_detectors from public, anon, authenticated;

comment on table analytics.audit_detectors is
    'The detectors that a pass calls, in this order. A new detector is a new row.';

comment on column analytics.audit_detectors.call is
    'Evaluated as "select <call>", with $1 the runs that ended, $2 the calendar, $3 why an epoch began, $4 when the pass began.';

comment on column analytics.audit_detectors.needs_history is
    'Not called in a pass that could not read pg_cron''s history: an unread incident is not over.';

comment on column analytics.audit_detectors.was_skipped is
    'No time was left for it in the last pass: in the next one it runs before the others.';

comment on column analytics.audit_detectors.out_of_time_at is
    'When the time of a pass ran out in it: until it succeeds, it runs after all others.';

-- supabase/schemas/audit/pass/audit_pass.sql

-- Object: analytics.audit_pass()
-- Why: findings, incidents, alerts and the watermark move together, in one transaction, or not at all.
create function analytics.audit_pass(dry_run boolean default false, calendar jsonb default null)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    called_at constant timestamptz := clock_timestamp();
    answer jsonb;
begin
    -- Two passes at once: the second waits a moment and then finds nothing new, or returns. No other lock is worth more
    -- of the statement's time either.
    perform set_config('lock_timeout', '2s', true);
    begin
        perform pg_advisory_xact_lock(hashtextextended('freshet.audit', 0));
    exception
        when lock_not_available then
            return jsonb_build_object('is_busy', true);
    end;
    begin
        answer := freshet.run_audit_pass(calendar, called_at);
        if dry_run then
            raise exception using errcode = 'FRDRY', message = 'dry run';
        end if;
    exception
        -- Rolls back what the pass wrote; the answer is in a variable, and stays.
        when sqlstate 'FRDRY' then
            null;
    end;
    return answer;
end
$$;

revoke all on function analytics.audit_pass(boolean, jsonb) from public, anon, authenticated;

grant execute on function analytics.audit_pass(boolean, jsonb) to service_role;

comment on function analytics.audit_pass(boolean, jsonb) is
    'Audits once and returns what it found, or {"is_busy": true} while another pass runs. Service role only. dry_run: does the same and writes nothing. calendar: the slots computed from analytics.audit_calendar_request(); without it slots are not judged. Safe to repeat and to run twice at once.';

-- supabase/schemas/audit/pass/is_passing.sql

-- Object: freshet.is_passing()
-- Why: an error that passes by itself is repeated, and is no defect of the detector.
create function freshet.is_passing(sqlstate text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Timeout, a lock of another session, a deadlock, a serialization failure.
    select sqlstate in ('57014', '55P03', '40P01', '40001');
$$;

revoke all on function freshet.is_passing(text) from public, anon, authenticated;

comment on function freshet.is_passing(text) is 'Whether an error may well not occur the next time.';

-- supabase/schemas/audit/pass/judged_since.sql

-- Object: freshet.judged_since()
-- Why: the audit judges nothing from before its first pass; see analytics.audit_state.judged_since.
create function freshet.judged_since()
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(s.judged_since, now()) from analytics.audit_state as s;
$$;

revoke all on function freshet.judged_since() from public, anon, authenticated;

comment on function freshet.judged_since() is
    'Nothing that happened before this moment counts; in the first pass, and before it, that is everything.';

-- supabase/schemas/audit/pass/note_detector.sql

-- Object: freshet.note_detector()
-- Why: a failing detector is a finding like any other.
create function freshet.note_detector(detector text, failure jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_skipped constant boolean := coalesce((failure ->> 'is_skipped')::boolean, false);
    state_before text;
begin
    select f.state into state_before
    from analytics.findings as f
    where f.kind = 'detector_failed' and f.subject = note_detector.detector;

    update analytics.audit_detectors as d
    set was_skipped = is_skipped,
        out_of_time_at = case
            when is_skipped then d.out_of_time_at
            when failure ->> 'sqlstate' = '57014' then clock_timestamp()
        end
    where d.detector = note_detector.detector
        and (failure ->> 'sqlstate' is not distinct from '57014' or d.out_of_time_at is not null or d.was_skipped);

    -- A detector that never failed needs no observation; an error that may pass by itself counts when it comes twice.
    if failure is not null or state_before <> 'ok' then
        perform freshet.observe(
            kind => 'detector_failed',
            subject => detector,
            state => case
                when failure is null then 'ok'
                when (failure ->> 'is_passing')::boolean and coalesce(state_before, 'ok') = 'ok' then 'unknown'
                else 'bad'
            end,
            observed_at => clock_timestamp(),
            evidence => coalesce(failure, '{}') || jsonb_build_object('detector', detector)
        );
    end if;
end
$$;

revoke all on function freshet.note_detector(text, jsonb) from public, anon, authenticated;

comment on function freshet.note_detector(text, jsonb) is
    'Kind detector_failed: how a detector ended; failure is null when it did its work.';

-- supabase/schemas/audit/pass/note_failed_audit.sql

-- Object: analytics.note_failed_audit(), detector of kind audit_failed
-- Why: a pass that fails rolls back everything it found, its error too. The caller records the error in a transaction
--      of its own, where health, an alert and the next pass find it.
create function analytics.note_failed_audit(reason text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    own_job constant text := 'analytics-cron-audit';
    noted_at constant timestamptz := clock_timestamp();
    failures integer;
    is_muted constant boolean := coalesce(
        (select j.muted_until > clock_timestamp() from analytics.scheduled_jobs as j where j.job_name = own_job), false
    );
begin
    perform set_config('lock_timeout', '2s', true);
    update analytics.audit_state as s
    set failed_count = s.failed_count + 1,
        failed_at = noted_at,
        failure = left(reason, 500),
        last_outcome = 'unknown',
        last_reasons = jsonb_build_array('the last audit failed: ' || left(reason, 500))
    returning s.failed_count into failures;

    -- One failure may be momentary. The failed pass cannot announce itself, so this function does.
    if failures < 2 then
        return coalesce((select c.check_ins_not_before > noted_at from analytics.alert_channels as c where c.channel = 'sentry'), false);
    end if;
    begin
        perform freshet.observe(
            kind => 'audit_failed',
            subject => own_job,
            state => 'bad',
            observed_at => noted_at,
            evidence => jsonb_build_object(
                'job', own_job, 'schedule', '*/5 * * * *', 'message', left(reason, 500), 'failed_count', failures
            )
        );
        if not is_muted then
            perform freshet.enqueue_alert(i, 'opened')
            from analytics.incidents as i
            where i.kind = 'audit_failed' and i.closed_at is null and i.announced_at is null;
            update analytics.incidents as i
            set announced_at = noted_at
            where i.kind = 'audit_failed' and i.closed_at is null and i.announced_at is null;
        end if;
    exception
        -- The reason is in the audit's state already, and health reports it.
        when others then
            raise warning 'audit_failed could not be told [%]', sqlstate;
    end;
    return coalesce((select c.check_ins_not_before > noted_at from analytics.alert_channels as c where c.channel = 'sentry'), false);
end
$$;

revoke all on function analytics.note_failed_audit(text) from public, anon, authenticated;

grant execute on function analytics.note_failed_audit(text) to service_role;

comment on function analytics.note_failed_audit(text) is
    'Records that a call''s pass failed, and from the second failure in a row on opens an incident and its alert. Returns whether check-ins are held back. Service role only. Not idempotent: it counts.';

-- supabase/schemas/audit/pass/run_audit_pass.sql

-- Object: freshet.run_audit_pass()
-- Why: the order of a pass: read the history, run the detectors, announce, store the result. Each step is contained, so
--      that a failure is reported and the rest is committed.
create function freshet.run_audit_pass(calendar jsonb, called_at timestamptz)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    started_at constant timestamptz := clock_timestamp();
    time_limit constant interval := (
        select nullif(g.setting, '0')::bigint * interval '1 millisecond'
        from pg_catalog.pg_settings as g
        where g.name = 'statement_timeout'
    );
    is_first constant boolean := (select s.judged_since is null from analytics.audit_state as s);
    -- A missing pg_cron is reported as blindness, once, and not by every detector that needs it.
    of_absence constant text[] := array['42P01', '42703', '3F000', '42501', '42883'];
    history record;
    detector analytics.audit_detectors;
    arrears freshet.audited_run[];
    failure jsonb;
    untold text[] := array[]::text[];
    blind_reason text;
    reasons jsonb;
    outcome text;
    opened_count bigint;
    closed_count bigint;
    open_count bigint;
    bad_count bigint;
begin
    select * into history from freshet.read_history(started_at);

    -- A calendar that the caller could not compute is its own finding. Parts that a missing pg_cron left out are
    -- reported as blindness.
    if calendar is not null then
        failure := case
            when calendar ? 'failure' then jsonb_build_object('message', left(calendar ->> 'failure', 2000), 'is_passing', true)
        end;
        perform freshet.note_detector('calendar', failure);
    end if;
    if failure is not null then
        calendar := null;
    end if;

    for detector in select * from analytics.audit_detectors as d order by d.out_of_time_at is not null, not d.was_skipped, d.place loop
        continue when detector.needs_history and history.read_error is not null;
        arrears := (select a.runs from freshet.detector_arrears as a where a.detector = detector.detector);
        if clock_timestamp() > called_at + 0.6 * time_limit then
            failure := jsonb_build_object(
                'sqlstate', '57014', 'message', 'no time was left for it in this pass', 'is_passing', true, 'is_skipped', true
            );
            if detector.call ~ '\$1\y' then
                perform freshet.keep_arrears(detector.detector, arrears || history.runs);
            end if;
        else
            failure := freshet.run_detector(
                detector, arrears, history.runs, calendar, history.new_epoch_reason, started_at,
                called_at + time_limit - interval '0.5 seconds'
            );
        end if;
        continue when history.read_error is not null and failure ->> 'sqlstate' = any (of_absence);
        begin
            perform freshet.note_detector(detector.detector, failure);
        exception
            -- Reported in the result even if it cannot be written.
            when others then
                untold := untold || format('detector_failed:%s', detector.detector);
        end;
    end loop;

    begin
        -- Findings that could be written in this pass, or no longer occurred.
        perform freshet.observe('detector_failed', f.subject, 'ok', clock_timestamp(), f.evidence)
        from analytics.findings as f
        where f.kind = 'detector_failed' and f.subject like '% findings' and f.state <> 'ok' and f.last_observed_at < started_at;
        perform freshet.withdraw_subjects(
            'detector_failed',
            array(select d.detector from analytics.audit_detectors as d) || array['calendar', 'announcement']
            || array(select f.subject from analytics.findings as f where f.kind = 'detector_failed' and f.subject like '% findings')
        );
    exception
        when assert_failure or others then
            untold := untold || format('detector_failed:its own findings [%s]', sqlstate);
    end;

    begin
        blind_reason := freshet.detect_blind(history.read_error);
    exception
        when others then
            blind_reason := coalesce(history.read_error, format('the audit cannot find out whether it sees its own job [%s]', sqlstate));
    end;
    begin
        -- Only now: an incident about failed passes ends with this one.
        if exists (select from analytics.findings as f where f.kind = 'audit_failed' and f.state <> 'ok') then
            perform freshet.observe('audit_failed', 'analytics-cron-audit', 'ok', clock_timestamp(), '{"job": "analytics-cron-audit"}');
        end if;
    exception
        when assert_failure or others then
            untold := untold || format('detector_failed:audit_failed [%s]', sqlstate);
    end;
    begin
        perform freshet.announce_incidents(started_at);
    exception
        -- Findings stay, and the next pass announces them.
        when assert_failure or others then
            untold := untold || format('detector_failed:announcement [%s]', sqlstate);
    end;

    select
        count(*) filter (where i.opened_at >= started_at and i.kind <> 'storm'),
        count(*) filter (where i.closed_at >= started_at and i.kind <> 'storm'),
        count(*) filter (where i.closed_at is null and i.kind <> 'storm'),
        count(*) filter (where i.closed_at is null and i.kind <> 'storm' and i.severity in ('fatal', 'error'))
    into opened_count, closed_count, open_count, bad_count
    from analytics.incidents as i
    where i.closed_at is null or i.closed_at >= started_at;

    select coalesce(jsonb_agg(o.fingerprint order by o.place, o.fingerprint), '[]') into reasons
    from (
        select i.fingerprint, i.incident_id as place
        from analytics.incidents as i
        where i.closed_at is null and i.kind not in ('storm', 'blind') and i.severity in ('fatal', 'error')
        union all
        -- Seen by the first pass, and announced by the next if still so: not healthy until then.
        select f.kind || ':' || f.subject, 0
        from analytics.findings as f
        where is_first and f.kind = 'secret_missing' and f.state = 'unknown'
        union all
        -- A kind that was not looked for is not healthy either. A detector that failed comes before skipped ones.
        select f.kind || ':' || f.subject, case when f.evidence ->> 'is_skipped' = 'true' then 9223372036854775807 else 0 end
        from analytics.findings as f
        where f.kind = 'detector_failed' and f.state = 'unknown'
        union all
        select u.reason, 0 from unnest(untold) as u (reason)
        order by place, fingerprint
        limit 20
    ) as o;
    if blind_reason is not null then
        reasons := jsonb_build_array('blind: ' || blind_reason) || reasons;
    end if;
    -- A warning should be read, and must not take the product out of a load balancer.
    outcome := case
        when blind_reason is not null then 'unknown'
        when bad_count > 0 or jsonb_array_length(reasons) > 0 then 'bad'
        else 'ok'
    end;

    update analytics.audit_state as s
    set pass_count = s.pass_count + 1, last_audit_at = started_at, last_outcome = outcome, last_reasons = reasons,
        failed_count = 0, failure = null,
        batch_size = case
            when clock_timestamp() > called_at + 0.25 * time_limit then s.batch_size
            else least(s.batch_size * 2, 10000)
        end;

    return (
        select jsonb_build_object(
            'audited_at', started_at,
            'outcome', outcome,
            'reasons', reasons,
            'epoch', s.epoch,
            'low_runid', s.low_runid,
            'run_count', history.run_count,
            'has_backlog', history.has_backlog,
            'opened', opened_count,
            'closed', closed_count,
            'open_incidents', open_count,
            'check_ins_held', (
                select c.check_ins_not_before > clock_timestamp() from analytics.alert_channels as c where c.channel = 'sentry'
            ),
            'alerts', (
                select coalesce(
                    jsonb_agg(
                        jsonb_build_object('event_id', p.event_id, 'transition', p.transition, 'payload', p.payload)
                        order by p.created_at, p.incident_id
                    ),
                    '[]'
                )
                from (
                    select o.event_id, o.transition, o.payload, o.created_at, o.incident_id
                    from analytics.outbox as o
                    where o.state = 'pending'
                    order by o.created_at, o.incident_id
                    limit 50
                ) as p
            )
        )
        from analytics.audit_state as s
    );
end
$$;

revoke all on function freshet.run_audit_pass(jsonb, timestamptz) from public, anon, authenticated;

comment on function freshet.run_audit_pass(jsonb, timestamptz) is
    'One pass, without its lock. Call analytics.audit_pass. called_at: when the statement''s time limit began to count.';

-- supabase/schemas/audit/pass/shrink_audit_batch.sql

-- Object: analytics.shrink_audit_batch()
-- Why: a pass that ran out of time rolls back, so the caller halves the batch in a transaction of its own.
create function analytics.shrink_audit_batch()
returns integer
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
    update analytics.audit_state as s set batch_size = greatest(s.batch_size / 2, 1) returning s.batch_size;
$$;

revoke all on function analytics.shrink_audit_batch() from public, anon, authenticated;

grant execute on function analytics.shrink_audit_batch() to service_role;

comment on function analytics.shrink_audit_batch() is
    'Halves the number of runs that a pass reads at most, after one that failed, and returns it. Service role only. Quick passes double it again.';

-- supabase/schemas/audit/pass/skip_backlog.sql

-- Object: freshet.skip_backlog()
-- Why: the first pass takes the existing history as its starting point, and need not read all of it.
create function freshet.skip_backlog(batch_size integer)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Months may lie between the migrations and the first pass. The newest rows are enough to judge late or open jobs.
    update analytics.audit_state as s
    set low_runid = greatest(s.low_runid, (select o.runid from cron.job_run_details as o order by o.runid desc offset batch_size limit 1))
    where s.judged_since is null;
$$;

revoke all on function freshet.skip_backlog(integer) from public, anon, authenticated;

comment on function freshet.skip_backlog(integer) is
    'Before the first pass: moves the watermark to this many runs before the end of the history. Idempotent.';

-- supabase/schemas/audit/purge/is_own_run.sql

-- Object: freshet.is_own_run()
-- Why: the history of pg_cron belongs to every job of the database, and only runs of Freshet's own commands are
--      deleted; see analytics.retention.
create function freshet.is_own_run(command text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Freshet's commands call analytics or freshet. In freshet only functions of its own jobs count.
    select coalesce(
        command ~* '\manalytics\.[a-z_]+\s*\(|\mfreshet\.(purge_history|claim_refresh|run_refresh)\s*\(', false
    );
$$;

revoke all on function freshet.is_own_run(text) from public, anon, authenticated;

comment on function freshet.is_own_run(text) is 'Whether a run did Freshet''s work: its command calls a function of analytics.';

-- supabase/schemas/audit/purge/purge_history.sql

-- Object: freshet.purge_history()
-- Why: the histories here grow for ever, and pg_cron's has no purge of its own. Each call deletes at most a batch of
--      each, so that no lock, no transaction and no replica waits for long; the next call deletes the rest.
create function freshet.purge_history()
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    rule analytics.retention;
    deleted jsonb := '{}'::jsonb;
begin
    -- Two at once would only wait for each other's rows.
    if not pg_try_advisory_xact_lock(hashtextextended('freshet.purge', 0)) then
        return deleted;
    end if;
    for rule in
        -- Alerts before the incidents that they are about.
        select r.* from analytics.retention as r order by r.history = 'incidents', r.history
    loop
        deleted := deleted || jsonb_build_object(rule.history, case rule.history
            when 'runs' then freshet.purge_runs(rule) + freshet.purge_worker_runs(rule.batch_size)
            when 'refresh_log' then freshet.purge_refresh_log(rule.keep_for, rule.batch_size)
            when 'refresh_requests' then freshet.purge_refresh_requests(rule.keep_for, rule.batch_size)
            when 'http_calls' then freshet.purge_http_calls(rule.keep_for, rule.batch_size)
            when 'outbox' then freshet.purge_outbox(rule.keep_for, rule.batch_size)
            when 'incidents' then freshet.purge_incidents(rule.keep_for, rule.batch_size)
        end);
    end loop;
    return deleted;
end
$$;

revoke all on function freshet.purge_history() from public, anon, authenticated;

comment on function freshet.purge_history() is
    'Deletes one batch of the rows that analytics.retention no longer keeps, of each history, and returns how many rows of each. Call it again for more. Idempotent.';

-- supabase/schemas/audit/purge/purge_incidents.sql

-- Object: freshet.purge_incidents()
-- Why: an incident is deleted after its alerts and after the incidents that it stands for.
create function freshet.purge_incidents(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select i.incident_id
        from analytics.incidents as i
        where i.closed_at < now() - keep_for
            and not exists (select from analytics.outbox as o where o.incident_id = i.incident_id)
            -- One that stands for others is deleted after them, by a later call.
            and not exists (select from analytics.incidents as c where c.cause_id = i.incident_id)
        order by i.closed_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.incidents as i using old where i.incident_id = old.incident_id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_incidents(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_incidents(interval, integer) is
    'Deletes incidents that closed long ago and have nothing left to announce.';

-- supabase/schemas/audit/purge/purge_outbox.sql

-- Object: freshet.purge_outbox()
-- Why: an alert is needed as long as its incident may still send one.
create function freshet.purge_outbox(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select o.event_id
        from analytics.outbox as o
        join analytics.incidents as i on i.incident_id = o.incident_id
        where o.state = 'delivered'
            and o.delivered_at < now() - keep_for
            -- A recovery waits for the delivery of its opening alert, and is identified by it.
            and i.closed_at < now() - keep_for
        order by o.delivered_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.outbox as o using old where o.event_id = old.event_id and o.state = 'delivered' returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_outbox(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_outbox(interval, integer) is
    'Deletes alerts that were delivered long ago and whose incidents ended as long ago. Waiting or parked alerts stay, however old.';

-- supabase/schemas/audit/purge/purge_refresh_log.sql

-- Object: freshet.purge_refresh_log()
-- Why: the ledger grows with each refresh; see freshet.purge_history().
create function freshet.purge_refresh_log(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        -- By id, its key: the oldest ids are the oldest rows, except for failures that the audit writes a little later.
        select l.id
        from (
            select r.id, coalesce(r.finished_at, r.started_at) as ended_at
            from analytics.refresh_log as r
            order by r.id
            limit batch_size
        ) as l
        where l.ended_at < now() - keep_for
    ),
    deleted as (
        delete from analytics.refresh_log as r using old where r.id = old.id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_refresh_log(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_refresh_log(interval, integer) is 'Deletes old rows of the ledger, at most a batch.';

-- supabase/schemas/audit/purge/purge_refresh_requests.sql

-- Object: freshet.purge_refresh_requests()
-- Why: the queue grows with each request; see freshet.purge_history().
create function freshet.purge_refresh_requests(keep_for interval, batch_size integer)
returns bigint
language sql
set search_path = pg_catalog, pg_temp
as $$
    with old as (
        select r.id
        from analytics.refresh_requests as r
        where r.finished_at < now() - keep_for
        order by r.finished_at
        limit batch_size
    ),
    deleted as (
        delete from analytics.refresh_requests as r using old where r.id = old.id returning 1
    )
    select count(*) from deleted;
$$;

revoke all on function freshet.purge_refresh_requests(interval, integer) from public, anon, authenticated;

comment on function freshet.purge_refresh_requests(interval, integer) is 'Deletes requests that finished long ago, with their views, at most a batch.';

-- supabase/schemas/audit/purge/purge_worker_runs.sql

-- Object: freshet.purge_worker_runs()
-- Why: workers leave 8,640 runs a day (see analytics.scheduled_jobs.is_worker). Finding them by a scan costs as much as
--      the history is long, so the purge notes up to where it has looked, and continues there.
create function freshet.purge_worker_runs(batch_size integer)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    newest_runid constant bigint := (select max(d.runid) from cron.job_run_details as d);
    -- Runs that the audit has not read stay, and so does the last one that it has read. Its first pass judges no past,
    -- so before that pass no run waits to be read.
    read_below constant bigint := (
        select case when s.last_audit_at is null then newest_runid else least(s.low_runid, newest_runid) end
        from analytics.audit_state as s
    );
    looked_up_to bigint := (select (r.swept ->> 'worker_runid')::bigint from analytics.retention as r where r.history = 'runs');
    next_runid bigint;
    deleted_count bigint;
begin
    -- A history that began again is scanned again from its start.
    if looked_up_to is null or looked_up_to >= newest_runid then
        looked_up_to := 0;
    end if;

    -- A run that ended late is skipped, and is deleted with all others.
    select max(l.runid) filter (where l.ended_at < now() - interval '1 hour') into next_runid
    from (
        select d.runid, coalesce(d.end_time, d.start_time) as ended_at
        from cron.job_run_details as d
        where d.runid > looked_up_to and d.runid < read_below
        order by d.runid
        limit batch_size
    ) as l;

    delete from cron.job_run_details as d
    where d.runid > looked_up_to
        and d.runid <= next_runid
        and d.status = 'succeeded'
        and d.end_time < now() - interval '1 hour'
        and d.jobid in (
            select j.jobid from cron.job as j join analytics.scheduled_jobs as w on w.job_name = j.jobname where w.is_worker
        )
        and not exists (select from analytics.open_runs as o where o.runid = d.runid);
    get diagnostics deleted_count = row_count;

    update analytics.retention as r
    set swept = r.swept || jsonb_build_object('worker_runid', next_runid)
    where r.history = 'runs' and next_runid is not null;
    return deleted_count;
end
$$;

revoke all on function freshet.purge_worker_runs(integer) from public, anon, authenticated;

comment on function freshet.purge_worker_runs(integer) is
    'Deletes succeeded runs of workers that ended more than an hour ago, and looks at a batch of runs at most. Never at or above the watermark of the audit once it has one, never an open run.';

-- supabase/schemas/audit/purge/retention.sql

-- Object: analytics.retention
-- Grain: one row per kind of history
-- Why: how long to keep a history is the operator's decision.
-- Why of_all_jobs: the history of pg_cron belongs to every job of the database. An installation that deletes what other
--      jobs wrote destroys their evidence, without being asked to; so only runs of Freshet's own commands are deleted,
--      unless this column says otherwise.
create table analytics.retention (
    history text primary key check (history in ('runs', 'refresh_log', 'refresh_requests', 'http_calls', 'outbox', 'incidents')),
    keep_for interval not null check (keep_for >= interval '1 day'),
    batch_size integer not null default 20000 check (batch_size between 1 and 1000000),
    of_all_jobs boolean not null default false,
    swept jsonb not null default '{}',
    constraint retention_spans_check check (keep_for <= interval '100 years'),
    constraint retention_of_all_jobs_check check (history = 'runs' or not of_all_jobs)
);

alter table analytics.retention enable row level security;

revoke all on table analytics.retention from public, anon, authenticated;

comment on table analytics.retention is 'How long each history is kept. Set by hand, with an update.';

comment on column analytics.retention.batch_size is 'The most rows that one call of freshet.purge_history deletes.';

comment on column analytics.retention.history is
    'runs: cron.job_run_details; refresh_log: the ledger; refresh_requests: finished requests; http_calls: settled calls; outbox: delivered alerts; incidents: closed ones.';

comment on column analytics.retention.of_all_jobs is
    'For runs: whether those of every job are deleted, not only Freshet''s. Set by hand.';

comment on column analytics.retention.swept is
    'For runs: up to which runid the purge has looked, under which rule. Its own note.';

-- supabase/schemas/audit/runs/audited_run.sql

-- Object: freshet.audited_run
-- Why: the shape in which every detector gets the runs that have ended.
create type freshet.audited_run as (
    runid bigint,
    job_name text,
    status text,
    sqlstate text,
    message text,
    started_at timestamptz,
    ended_at timestamptz,
    ending text
);

-- supabase/schemas/audit/runs/begin_epoch.sql

-- Object: freshet.begin_epoch()
-- Why: after a restore, a clone or a new extension, runids start again or belong to another history, and the watermark
--      means nothing.
create function freshet.begin_epoch()
returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    cluster constant text := freshet.system_identifier();
    history constant oid := 'cron.job_run_details'::regclass::oid;
    present_timeline constant integer := freshet.cluster_timeline();
    newest_runid bigint;
    reason text;
begin
    select * into strict state from analytics.audit_state;
    select max(d.runid) into newest_runid from cron.job_run_details as d;

    if history <> state.history_relation then
        reason := 'the extension pg_cron was created again';
    elsif newest_runid < state.low_runid then
        reason := format('runids went back from %s to %s', state.low_runid, newest_runid);
    elsif cluster <> state.system_identifier then
        reason := 'the database runs on another cluster: restored or cloned';
    elsif present_timeline <> state.timeline then
        reason := format(
            'the database was restored to an earlier moment, or a standby took over (timeline %s, before it %s): what was written since is gone, runs and incidents with it',
            present_timeline, state.timeline
        );
    else
        return null;
    end if;

    -- Open runs of another history can never be seen to end; those of a restored one can.
    if history = state.history_relation and newest_runid >= state.low_runid then
        update analytics.open_runs set epoch = state.epoch + 1;
    else
        delete from analytics.open_runs;
        update analytics.audit_state set low_runid = 0;
        -- Pace is remembered by runid and would hide the new runs, whose numbers are lower.
        delete from analytics.job_pace;
        update analytics.view_watch set judged_runid = null;
        update analytics.struck_jobs set runid = 0;
    end if;

    -- The audit waits for a run of its own again.
    update analytics.audit_state as s
    set epoch = s.epoch + 1,
        system_identifier = cluster,
        history_relation = history,
        timeline = present_timeline,
        canary_seen_at = clock_timestamp();
    return reason;
end
$$;

revoke all on function freshet.begin_epoch() from public, anon, authenticated;

comment on function freshet.begin_epoch() is
    'Begins a new epoch when runids can no longer be compared with the watermark, and returns why; null otherwise.';

-- supabase/schemas/audit/runs/cluster_timeline.sql

-- Object: freshet.cluster_timeline()
-- Why: a restore of the same cluster to an earlier moment keeps its system identifier, and everything in the database
--      is consistent. What changes is the timeline in the control file: PostgreSQL begins a new one whenever it ends a
--      recovery from a backup. Every role may read it, like the system identifier.
create function freshet.cluster_timeline()
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select c.timeline_id from pg_catalog.pg_control_checkpoint() as c;
$$;

revoke all on function freshet.cluster_timeline() from public, anon, authenticated;

comment on function freshet.cluster_timeline() is
    'Moves by one when a recovery from a backup ends, and when a standby takes over; a crash does not change it.';

-- supabase/schemas/audit/runs/cron_backends.sql

-- Object: freshet.cron_backends()
-- Why: pg_stat_activity silently hides other roles' processes from a role without pg_read_all_stats. What cannot be
--      seen is unknown, so callers check that right first.
create function freshet.cron_backends()
returns table (pid integer, is_scheduler boolean, is_busy boolean, started_at timestamptz, query text)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    -- Runs over libpq are clients that call themselves pg_cron; background workers have a type of their own.
    select
        a.pid,
        a.backend_type = 'pg_cron launcher' or a.application_name = 'pg_cron scheduler',
        a.state is distinct from 'idle',
        a.backend_start,
        a.query
    from pg_catalog.pg_stat_activity as a
    where pg_has_role(current_user, 'pg_read_all_stats', 'usage')
        and (
            a.backend_type in ('pg_cron launcher', 'pg_cron')
            or a.application_name in ('pg_cron scheduler', 'pg_cron')
        );
$$;

revoke all on function freshet.cron_backends() from public, anon, authenticated;

comment on function freshet.cron_backends() is
    'The scheduler and the runs of pg_cron that have a process now. No rows without pg_read_all_stats.';

-- supabase/schemas/audit/runs/is_audit_sighted.sql

-- Object: freshet.is_audit_sighted()
-- Why: row security may hide cron.job without an error, so an empty list proves nothing.
create function freshet.is_audit_sighted()
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (select from cron.job as j where j.jobname = 'analytics-cron-audit');
$$;

revoke all on function freshet.is_audit_sighted() from public, anon, authenticated;

comment on function freshet.is_audit_sighted() is
    'Whether the audit sees its own job: if not, it cannot say that another job is gone.';

-- supabase/schemas/audit/runs/job_pace.sql

-- Object: analytics.job_pace
-- Grain: one row per job that has run
-- Why: whether runs pile up, come near their limit or end too soon shows only in comparison with the runs before them,
--      and those are not read again. A few numbers for each job are kept here.
create table analytics.job_pace (
    job_name text primary key,
    last_runid bigint not null,
    last_started_at timestamptz,
    last_ended_at timestamptz,
    last_success_runid bigint,
    last_success_started_at timestamptz,
    queued_count integer not null default 0,
    recent_seconds numeric[] not null default '{}'
);

alter table analytics.job_pace enable row level security;

revoke all on table analytics.job_pace from public, anon, authenticated;

comment on table analytics.job_pace is 'How each job has been running lately, computed from the runs as they ended.';

comment on column analytics.job_pace.queued_count is 'Runs in a row that began as soon as the one before them ended, which had run into the next slot.';

comment on column analytics.job_pace.recent_seconds is 'Durations of the last 20 runs that succeeded, oldest first.';

-- supabase/schemas/audit/runs/known_jobs.sql

-- Object: analytics.known_jobs
-- Grain: one row per jobid ever seen in an epoch
-- Why: runs end and are listed after their job was unscheduled, and need its name.
create table analytics.known_jobs (
    epoch integer not null,
    jobid bigint not null,
    job_name text not null,
    last_seen_at timestamptz not null,
    primary key (epoch, jobid)
);

create index known_jobs_job_name_idx on analytics.known_jobs (job_name);

alter table analytics.known_jobs enable row level security;

revoke all on table analytics.known_jobs from public, anon, authenticated;

comment on table analytics.known_jobs is 'Names of jobids, kept after the job is unscheduled: its last runs still end.';

comment on column analytics.known_jobs.job_name is
    'As freshet.known_cron_jobs() calls it: cron.job.jobname, jobid:<n> for a job without a name, or "<name> of <owner>" for a second owner''s.';

-- supabase/schemas/audit/runs/note_pace.sql

-- Object: freshet.note_pace()
-- Why: keeps for each job what its next runs are compared with; see analytics.job_pace. Its row in audit_detectors
--      comes before the detectors of kinds pile_up, near_timeout and too_fast, which read it.
create function freshet.note_pace(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    with taken as (
        select r.job_name, r.runid, r.started_at, r.ended_at, r.ending, false as is_known from unnest(runs) as r
        union all
        -- The run that the first of these is compared with.
        select p.job_name, p.last_runid, p.last_started_at, p.last_ended_at, null, true
        from analytics.job_pace as p
        where p.job_name in (select r.job_name from unnest(runs) as r)
    ),
    jobs as materialized (
        select n.job_name, freshet.seconds_of_schedule(freshet.schedule_of_job(n.job_name)) as period_seconds
        from (select distinct r.job_name from unnest(runs) as r) as n
    ),
    compared as (
        select
            t.job_name, t.runid, t.started_at, t.ended_at, t.ending, t.is_known,
            -- Only a run that lasted into the next slot makes the next one wait. A run that began before the last known
            -- one is not new.
            coalesce(
                t.started_at between lag(t.ended_at) over w - interval '1 second' and lag(t.ended_at) over w + interval '2 seconds'
                and extract(epoch from lag(t.ended_at) over w - lag(t.started_at) over w) >= 0.8 * j.period_seconds
                and coalesce(t.runid > max(t.runid) filter (where t.is_known) over (partition by t.job_name), true),
                false
            ) as is_queued
        from taken as t
        join jobs as j on j.job_name = t.job_name
        window w as (partition by t.job_name order by t.runid, t.is_known desc)
    ),
    placed as (
        select
            c.*,
            max(c.runid) filter (where not c.is_queued and not c.is_known) over (partition by c.job_name) as last_prompt_runid
        from compared as c
    ),
    summed as (
        select
            p.job_name,
            max(p.runid) as last_runid,
            (array_agg(p.started_at order by p.runid desc))[1] as last_started_at,
            (array_agg(p.ended_at order by p.runid desc))[1] as last_ended_at,
            max(p.runid) filter (where p.ending = 'succeeded') as last_success_runid,
            max(p.started_at) filter (where p.ending = 'succeeded') as last_success_started_at,
            count(*) filter (where coalesce(p.runid > p.last_prompt_runid, true)) as queued_count,
            bool_and(p.last_prompt_runid is null) as is_queued_throughout,
            coalesce(
                array_agg(extract(epoch from p.ended_at - p.started_at) order by p.runid)
                    filter (where p.ending = 'succeeded' and p.ended_at - p.started_at is not null),
                '{}'
            ) as seconds
        from placed as p
        where not p.is_known
        group by p.job_name
    )
    insert into analytics.job_pace as p (
        job_name, last_runid, last_started_at, last_ended_at, last_success_runid, last_success_started_at, queued_count,
        recent_seconds
    )
    select
        s.job_name, s.last_runid, s.last_started_at, s.last_ended_at, s.last_success_runid, s.last_success_started_at,
        s.queued_count + case when s.is_queued_throughout then coalesce(b.queued_count, 0) else 0 end,
        s.seconds[greatest(1, cardinality(s.seconds) - 19):]
    from summed as s
    left join analytics.job_pace as b on b.job_name = s.job_name
    on conflict on constraint job_pace_pkey do update
    set last_runid = greatest(p.last_runid, excluded.last_runid),
        last_started_at = case when excluded.last_runid > p.last_runid then excluded.last_started_at else p.last_started_at end,
        last_ended_at = case when excluded.last_runid > p.last_runid then excluded.last_ended_at else p.last_ended_at end,
        last_success_runid = greatest(p.last_success_runid, excluded.last_success_runid),
        last_success_started_at = greatest(p.last_success_started_at, excluded.last_success_started_at),
        queued_count = excluded.queued_count,
        recent_seconds = (p.recent_seconds || excluded.recent_seconds)[
            greatest(1, cardinality(p.recent_seconds || excluded.recent_seconds) - 19):
        ];

    delete from analytics.job_pace as p
    where freshet.is_audit_sighted()
        and not exists (select from freshet.known_cron_jobs() as j where j.job_name = p.job_name);
$$;

revoke all on function freshet.note_pace(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.note_pace(freshet.audited_run[]) is
    'Keeps the figures that the next runs of each job are compared with. Not idempotent: each run is given once.';

-- supabase/schemas/audit/runs/observe_runs.sql

-- Object: freshet.observe_runs(), used by the detectors of kinds failed and timed_out
-- Why: several kinds are about how runs end, and count them alike: consecutive runs of a job with one ending are one
--      observation with a weight, so that a backlog costs as much as it has changes.
create function freshet.observe_runs(kind text, bad_ending text, runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    streak record;
begin
    perform freshet.settle_incidents();

    for streak in
        with told as (
            -- Runs that ended in another way say nothing about this kind.
            select r.* from unnest(runs) as r where r.ending in ('succeeded', bad_ending)
        ),
        numbered as (
            select
                t.*,
                row_number() over (partition by t.job_name order by t.runid)
                - row_number() over (partition by t.job_name, t.ending order by t.runid) as island
            from told as t
        ),
        streaks as (
            select
                n.job_name, n.ending, count(*) as run_count,
                min(coalesce(n.started_at, n.ended_at)) as first_at,
                max(n.runid) as last_runid
            from numbered as n
            group by n.job_name, n.ending, n.island
        )
        select
            s.*, r.sqlstate, r.message, r.started_at, r.ended_at,
            freshet.schedule_of_job(s.job_name) as schedule
        from streaks as s
        join unnest(runs) as r on r.runid = s.last_runid
        order by s.last_runid
    loop
        -- A job that keeps succeeding changes nothing, and most runs are such.
        continue when streak.ending = 'succeeded' and not exists (
            select
            from analytics.findings as f
            where f.kind = observe_runs.kind and f.subject = streak.job_name
                and (f.state <> 'ok' or exists (
                    select
                    from analytics.incidents as i
                    where i.kind = observe_runs.kind and i.subject = streak.job_name and i.closed_at is null
                ))
        );
        perform freshet.observe(
            kind => observe_runs.kind,
            subject => streak.job_name,
            state => case streak.ending when 'succeeded' then 'ok' else 'bad' end,
            observed_at => coalesce(streak.ended_at, streak.started_at, clock_timestamp()),
            evidence => jsonb_build_object(
                'job', streak.job_name,
                'schedule', streak.schedule,
                'runid', streak.last_runid,
                'sqlstate', streak.sqlstate,
                'message', streak.message,
                'started_at', streak.started_at,
                'ended_at', streak.ended_at
            ),
            weight => streak.run_count,
            seen_since => streak.first_at
        );
    end loop;

    if freshet.is_audit_sighted() then
        perform freshet.withdraw_subjects(kind, array(
            select j.job_name from freshet.known_cron_jobs() as j
            union
            select d.job_name from analytics.scheduled_jobs as d
        ));
    end if;
end
$$;

revoke all on function freshet.observe_runs(text, text, freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.observe_runs(text, text, freshet.audited_run[]) is
    'Observes a kind whose bad runs have one ending and whose good ones succeeded, for each job. Not idempotent: each run is given once.';

-- supabase/schemas/audit/runs/open_runs.sql

-- Object: analytics.open_runs
-- Grain: one row per run that has not ended
-- Why: the watermark has passed these runs, so they are read again by runid until they end.
create table analytics.open_runs (
    epoch integer not null,
    runid bigint not null,
    job_name text not null,
    status text not null,
    job_pid integer,
    is_local boolean not null default true,
    started_at timestamptz,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    given_up_at timestamptz,
    primary key (epoch, runid)
);

alter table analytics.open_runs enable row level security;

revoke all on table analytics.open_runs from public, anon, authenticated;

comment on table analytics.open_runs is 'Runs that had not ended when they were last read. They are read again by runid at every pass.';

comment on column analytics.open_runs.is_local is
    'Whether its backend is a process of this server: otherwise its state is unknown.';

comment on column analytics.open_runs.given_up_at is
    'When it was found to have no backend: it cannot end by itself, and how its row ends later is ignored.';

-- supabase/schemas/audit/runs/recent_durations.sql

-- Object: freshet.recent_durations()
-- Why: only runs that did their work say how long the work takes.
create function freshet.recent_durations(job_name text)
returns table (seconds numeric, place bigint)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    -- A skipped refresh takes no time and proves nothing; the ledger knows which ones were real.
    (
        select extract(epoch from l.finished_at - l.started_at), row_number() over (order by l.id desc)
        from analytics.views as v
        cross join lateral (
            select r.id, r.started_at, r.finished_at, r.outcome
            from analytics.refresh_log as r
            where r.view_name = v.view_name
            order by r.id desc
            limit 500
        ) as l
        where v.job_name = recent_durations.job_name
            and l.outcome = 'refreshed'
            -- Evaluated once, not for each row.
            and l.started_at >= (select freshet.judged_since())
        order by l.id desc
        limit 20
    )
    union all
    select d.seconds, cardinality(p.recent_seconds) + 1 - d.ordinal
    from analytics.job_pace as p
    cross join lateral unnest(p.recent_seconds) with ordinality as d (seconds, ordinal)
    where p.job_name = recent_durations.job_name
        and not exists (select from analytics.views as v where v.job_name = recent_durations.job_name);
$$;

revoke all on function freshet.recent_durations(text) from public, anon, authenticated;

comment on function freshet.recent_durations(text) is
    'Durations of the last 20 runs that did their work, the newest at place 1: for a view from the ledger, for other jobs from their runs.';

-- supabase/schemas/audit/runs/run_ending.sql

-- Object: freshet.run_ending()
-- Why: status "failed" has different causes that only the message tells apart, and each is another kind of trouble.
create function freshet.run_ending(status text, message text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when status = 'succeeded' then 'succeeded'
        -- A server that crashes says so to some of its clients before pg_cron, which crashes with it, marks the other
        -- runs.
        when message = 'server restarted'
            or message ~ '^server closed the connection|because of crash of another server process|the database system is '
            then 'restarted'
        when message = 'job canceled' then 'canceled'
        when message ~ '^(connection (failed|lost)|job startup timeout|could not start background|unable to create a DSM)'
            -- The server's refusals, which appear where a run has a connection of its own.
            or message ~ '(too many clients already|remaining connection slots|too many connections for)'
            then 'infrastructure'
        when message ~ 'canceling statement due to statement timeout' then 'timed_out'
        else 'failed'
    end;
$$;

revoke all on function freshet.run_ending(text, text) from public, anon, authenticated;

comment on function freshet.run_ending(text, text) is
    'How a run ended: succeeded, failed, timed_out, or struck from outside: infrastructure, restarted, canceled.';

-- supabase/schemas/audit/runs/run_time.sql

-- Object: freshet.run_time()
-- Why: an implausible moment is no time: one row that says "infinity" would fail every computation with it.
create function freshet.run_time(moment timestamptz)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case when moment between '2000-01-01 00:00:00+00' and clock_timestamp() + interval '1 day' then moment end;
$$;

revoke all on function freshet.run_time(timestamptz) from public, anon, authenticated;

comment on function freshet.run_time(timestamptz) is
    'The moment if a run can have begun or ended then; else null, which means unknown.';

-- supabase/schemas/audit/runs/schedule_of_job.sql

-- Object: freshet.schedule_of_job()
-- Why: undeclared jobs have a schedule, too.
create function freshet.schedule_of_job(job_name text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        (select d.schedule from analytics.scheduled_jobs as d where d.job_name = schedule_of_job.job_name),
        (select j.schedule from cron.job as j where j.jobid = freshet.jobid_of_name(schedule_of_job.job_name) limit 1)
    );
$$;

revoke all on function freshet.schedule_of_job(text) from public, anon, authenticated;

comment on function freshet.schedule_of_job(text) is 'The declared schedule of a job, or that of cron.job for others.';

-- supabase/schemas/audit/runs/seconds_of_schedule.sql

-- Object: freshet.seconds_of_schedule()
-- Why: whether a run lasted into the next slot depends on how close two slots can be.
create function freshet.seconds_of_schedule(schedule text)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Nothing else can be due more often than each minute.
    select coalesce(substring(schedule from '^\s*(\d{1,2})\s+seconds?\s*$')::integer, 60);
$$;

revoke all on function freshet.seconds_of_schedule(text) from public, anon, authenticated;

comment on function freshet.seconds_of_schedule(text) is
    'The shortest time between two slots that the schedule allows.';

-- supabase/schemas/audit/runs/system_identifier.sql

-- Object: freshet.system_identifier()
-- Why: a clone or a restore into another cluster is recognised by it.
create function freshet.system_identifier()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select system_identifier::text from pg_catalog.pg_control_system();
$$;

revoke all on function freshet.system_identifier() from public, anon, authenticated;

comment on function freshet.system_identifier() is 'Identity of the cluster, as initdb gave it.';

-- supabase/schemas/audit/runs/take_runs.sql

-- Object: freshet.take_runs()
-- Why: each run is taken exactly once, when it has ended, however late that is: by the watermark when it is new, by its
--      own runid while it is open. Never by time: runs that never started have none, and only runid has an index. A
--      backlog of ten thousand runs is taken by a few statements, not row by row.
create function freshet.take_runs(batch_size integer default 10000)
returns setof freshet.audited_run
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    seen_at constant timestamptz := clock_timestamp();
    open_runids bigint[];
    working_pids integer[];
    server_hosts constant text[] := array['', 'localhost', '127.0.0.1', '::1']
        || array(select g.setting from pg_catalog.pg_settings as g where g.name = 'cron.host');
    server_port constant integer := current_setting('port')::integer;
begin
    select * into strict state from analytics.audit_state;
    select coalesce(array_agg(o.runid), '{}') into open_runids from analytics.open_runs as o where o.epoch = state.epoch;

    -- A background worker's row says "succeeded" after each statement of its command, while the next ones still run.
    select coalesce(array_agg(a.pid), '{}') into working_pids
    from pg_catalog.pg_stat_activity as a
    where a.backend_type = 'pg_cron';

    -- Two rows can have one jobid where the primary key was dropped. To pg_cron they are one job.
    insert into analytics.known_jobs as k (epoch, jobid, job_name, last_seen_at)
    select distinct on (j.jobid) state.epoch, j.jobid, j.job_name, seen_at
    from freshet.known_cron_jobs() as j
    order by j.jobid, j.job_name
    on conflict on constraint known_jobs_pkey do update
    set job_name = excluded.job_name, last_seen_at = excluded.last_seen_at;

    return query
    with read as (
        select d.* from cron.job_run_details as d where d.runid = any (open_runids)
        union all
        (
            select d.*
            from cron.job_run_details as d
            where d.runid > state.low_runid
            order by d.runid
            limit batch_size
        )
    ),
    -- Each once, even if it is open and new.
    seen as materialized (
        select distinct on (r.runid)
            r.runid,
            coalesce(k.job_name, 'jobid:' || r.jobid, 'jobid:unknown') as job_name,
            coalesce(r.status, 'unknown') as status,
            -- A row of ten megabytes is possible: return_message is whatever the statement returned.
            nullif(btrim(left(r.return_message, 4000), E' \t\r\n'), '') as message,
            freshet.run_time(r.start_time) as started_at,
            freshet.run_time(r.end_time) as ended_at,
            r.job_pid,
            coalesce(j.nodename = any (server_hosts) and j.nodeport = server_port, true) as is_local,
            r.status = 'failed' or (r.status = 'succeeded' and coalesce(r.job_pid <> all (working_pids), true)) as has_ended
        from read as r
        left join analytics.known_jobs as k on k.epoch = state.epoch and k.jobid = r.jobid
        left join cron.job as j on j.jobid = r.jobid
        order by r.runid
    ),
    gone as (
        delete from analytics.open_runs as o
        using seen as s
        where s.has_ended and o.epoch = state.epoch and o.runid = s.runid
        returning o.runid, o.given_up_at is not null as was_given_up
    ),
    followed as (
        insert into analytics.open_runs as o (
            epoch, runid, job_name, status, job_pid, is_local, started_at, first_seen_at, last_seen_at
        )
        select state.epoch, s.runid, s.job_name, s.status, s.job_pid, s.is_local, s.started_at, seen_at, seen_at
        from seen as s
        where s.has_ended is not true
        on conflict on constraint open_runs_pkey do update
        set status = excluded.status,
            job_pid = excluded.job_pid,
            started_at = excluded.started_at,
            last_seen_at = excluded.last_seen_at
    ),
    moved as (
        update analytics.audit_state as a
        set low_runid = greatest(a.low_runid, (select max(s.runid) from seen as s)),
            -- Only a new run counts: one that never ends would be seen for ever.
            canary_seen_at = case
                when exists (
                    select from seen as s where s.job_name = 'analytics-cron-audit' and s.runid > state.low_runid
                )
                    then seen_at
                else a.canary_seen_at
            end
    )
    select
        s.runid, s.job_name, s.status, substring(s.message from 'failed \[([0-9A-Z]{5})\]:'),
        s.message, s.started_at, s.ended_at, freshet.run_ending(s.status, s.message)
    from seen as s
    left join gone as g on g.runid = s.runid
    -- A run that was reported already, and whose row was ended afterwards, is not reported again.
    where s.has_ended and g.was_given_up is not true
    order by s.runid;
end
$$;

revoke all on function freshet.take_runs(integer) from public, anon, authenticated;

comment on function freshet.take_runs(integer) is
    'Returns the runs that have ended since the last call, in order of runid, and moves the watermark past what it read. At most batch_size new ones. An open run that has vanished from the history keeps its old last_seen_at.';

-- supabase/schemas/audit/runs/time_limit_of_job.sql

-- Object: freshet.time_limit_of_job()
-- Why: detectors know a job by its name; see freshet.time_limit().
create function freshet.time_limit_of_job(job_name text)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select freshet.time_limit(j.command, j.username, j.database)
    from cron.job as j
    where j.jobid = freshet.jobid_of_name(time_limit_of_job.job_name)
    limit 1;
$$;

revoke all on function freshet.time_limit_of_job(text) from public, anon, authenticated;

comment on function freshet.time_limit_of_job(text) is
    'The statement timeout of a job''s runs: from its command, else from its role; null when there is none.';

-- supabase/schemas/audit/runs/unread_history.sql

-- Object: freshet.unread_history()
-- Why: an alert about lost history says how many runs may be missing.
create function freshet.unread_history(last_runid bigint)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with newer as (
        select max(d.runid) as newest, count(*) as kept from cron.job_run_details as d where d.runid > last_runid
    ),
    given as (
        -- The last number that pg_cron gave out, 0 before the first; null where the sequence is not readable.
        select (
            select case when has_sequence_privilege('cron.runid_seq', 'select') then coalesce(s.last_value, 0) end
            from pg_catalog.pg_sequences as s
            where s.schemaname = 'cron' and s.sequencename = 'runid_seq'
        ) as newest
    ),
    missing as (
        select
            greatest(n.newest, g.newest, last_runid) - last_runid - n.kept as runs,
            n.newest is null and g.newest is null as is_unknown
        from newer as n
        cross join given as g
    )
    select case
        when m.is_unknown then 'and whether runs went with it that were not read cannot be known'
        when m.runs > 0 then format('and with it as many as %s runs that were not read: whether they failed will never be known', m.runs)
        else 'which had been read'
    end
    from missing as m;
$$;

revoke all on function freshet.unread_history(bigint) from public, anon, authenticated;

comment on function freshet.unread_history(bigint) is
    'What was lost with a deleted history: the runids above the last read one that were given out and have no row.';

-- supabase/schemas/audit/slots/audit_calendar_request.sql

-- Object: analytics.audit_calendar_request()
-- Why: slots are computed in the zone in which pg_cron runs jobs, which is not the one of a setting that it ignores.
create function analytics.audit_calendar_request()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    return jsonb_build_object(
        'now', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        -- pg_cron before 1.5 ignores the setting, whatever it says.
        'timezone', case when freshet.ignored_timezone() is null then coalesce(current_setting('cron.timezone', true), 'GMT') else 'GMT' end,
        'matches_both_days', coalesce(current_setting('cron.match_dom_and_dow', true)::boolean, false),
        'jobs', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'job_name', j.job_name,
                        'schedule', j.schedule,
                        -- The scheduler itself needs a moment to start a due job.
                        'late_after_seconds',
                        extract(epoch from greatest(coalesce(d.late_after, interval '5 minutes'), interval '10 seconds'))
                    )
                    order by j.job_name, j.jobid
                ),
                '[]'
            )
            from freshet.known_cron_jobs() as j
            left join analytics.scheduled_jobs as d on d.job_name = j.job_name
        )
    );
exception
    -- The pass that follows reports what is wrong.
    when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        return null;
end
$$;

revoke all on function analytics.audit_calendar_request() from public, anon, authenticated;

grant execute on function analytics.audit_calendar_request() to service_role;

comment on function analytics.audit_calendar_request() is
    'Input for the calendar of a pass: the clock and the schedules of cron.job; null when pg_cron cannot be read. Service role only. Contains no commands.';

-- supabase/schemas/audit/slots/job_slots.sql

-- Object: analytics.job_slots
-- Grain: one row per job that is, or was, in cron.job
-- Why: slots are computed outside the database, from the schedules and the clock here. Which of them were kept is
--      remembered for each job, from the runs as they ended: the history is never searched by time.
create table analytics.job_slots (
    job_name text primary key,
    schedule text,
    watched_since timestamptz,
    last_run_at timestamptz,
    due_slot_at timestamptz,
    next_slot_at timestamptz,
    period interval,
    missed_slot_at timestamptz,
    missed_by text check (missed_by in ('job', 'scheduler')),
    check ((missed_slot_at is null) = (missed_by is null))
);

alter table analytics.job_slots enable row level security;

revoke all on table analytics.job_slots from public, anon, authenticated;

comment on table analytics.job_slots is 'When each job should run and when it last did, as of the last pass.';

comment on column analytics.job_slots.schedule is 'The schedule that the slots were computed from; null before that.';

comment on column analytics.job_slots.watched_since is 'Earlier slots are not expected: the job was scheduled, changed, activated or unpaused then.';

comment on column analytics.job_slots.last_run_at is
    'Start of its latest run; for a run that never started, when the audit took it.';

comment on column analytics.job_slots.due_slot_at is 'Its latest slot whose run should have started.';

comment on column analytics.job_slots.period is 'Shortest distance between its next slots.';

comment on column analytics.job_slots.missed_slot_at is 'The slot that it misses now; null when it misses none.';

comment on column analytics.job_slots.missed_by is
    'job, or scheduler: no job started at the time, so one incident covers all of them.';

-- supabase/schemas/audit/slots/judge_slots.sql

-- Object: freshet.judge_slots()
-- Why: a slot that passes without a run leaves no row: only the calendar shows it. One cause that makes many jobs miss
--      their slots is one incident, and a slot that could not be kept is none.
create function freshet.judge_slots(running_since timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    newest_start constant timestamptz := (select coalesce(max(s.last_run_at), '-infinity') from analytics.job_slots as s);
    -- A backlog is read in batches: the run in question may be in the next one, or wait for a detector.
    waiting constant text[] := array(
        select distinct k.job_name
        from cron.job_run_details as r
        join analytics.known_jobs as k on k.jobid = r.jobid
        -- Queried beforehand: a join would read the whole history for it.
        where r.runid > (select a.low_runid from analytics.audit_state as a)
            and k.epoch = (select a.epoch from analytics.audit_state as a)
        union
        select r.job_name
        from freshet.detector_arrears as a
        cross join lateral unnest(a.runs) as r
        where a.detector = 'missed'
    );
begin
    update analytics.job_slots as s
    set missed_slot_at = null, missed_by = null
    where s.missed_slot_at is not null
        and (s.due_slot_at is null or s.due_slot_at < s.watched_since or s.last_run_at >= s.due_slot_at);

    with missing as (
        select s.job_name, s.due_slot_at, s.due_slot_at <= running_since as is_pause
        from analytics.job_slots as s
        left join analytics.scheduled_jobs as d on d.job_name = s.job_name
        where s.due_slot_at >= s.watched_since
            and coalesce(s.last_run_at, '-infinity') < s.due_slot_at
            -- The audit's own absence is kind blind.
            and s.job_name <> 'analytics-cron-audit'
            -- A frequent job catches up by itself soon after a pause.
            and (s.due_slot_at > running_since or s.period > interval '1 hour')
            -- While a run goes on the next ones queue behind it; max_runtime says for how long.
            and not exists (
                select
                from analytics.open_runs as o
                where o.job_name = s.job_name
                    and o.first_seen_at > clock_timestamp() - coalesce(d.max_runtime, interval '10 minutes')
            )
            and s.job_name <> all (waiting)
    )
    update analytics.job_slots as s
    set missed_slot_at = m.due_slot_at,
        -- Once reported under one cause it stays there, until the job runs.
        missed_by = coalesce(
            s.missed_by,
            case
                when m.is_pause then 'scheduler'
                when m.due_slot_at > newest_start and (select count(*) from missing) > 1 then 'scheduler'
                else 'job'
            end
        )
    from missing as m
    where s.job_name = m.job_name;
end
$$;

revoke all on function freshet.judge_slots(timestamptz) from public, anon, authenticated;

comment on function freshet.judge_slots(timestamptz) is
    'Marks the jobs whose due slot no run has covered, and whether the job or the scheduler is to blame. running_since: slots before it could not be kept.';

-- supabase/schemas/audit/slots/known_cron_jobs.sql

-- Object: freshet.known_cron_jobs()
-- Why: pg_cron's key is the name and the owner. Where two owners have a job of one name, one of them keeps the plain
--      name and the others are named after their owner too, so that no run, slot or incident of one is taken for the
--      other's.
create function freshet.known_cron_jobs()
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
        -- Almost no name is long, and a function call for each job would be the greatest cost here.
        case when octet_length(k.told) <= 200 then k.told else freshet.short_name(k.told) end,
        k.jobid, k.schedule, k.command, k.username, k.database, k.active
    from (
        select
            case
                when d.job_name is not null then d.job_name
                -- Of those that are not declared: the audit's own, else the oldest; unless the name is taken.
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

revoke all on function freshet.known_cron_jobs() from public, anon, authenticated;

comment on function freshet.known_cron_jobs() is
    'cron.job under the names by which the audit knows its jobs: as declared; of several owners'' jobs with one name, one has it and the others are "<name> of <owner>"; a very long name is shortened.';

-- supabase/schemas/audit/slots/next_slot_after.sql

-- Object: freshet.next_slot_after()
-- Why: slots are computed once in each pass, every five minutes. A worker of the refresh queue has thirty slots in that
--      time, so its stored next slot may be in the past.
create function freshet.next_slot_after(slot timestamptz, schedule text, period interval, moment timestamptz)
returns timestamptz
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when slot > moment then slot
        -- For evenly spaced schedules only; for any other the next pass knows more.
        when schedule ~ '^\s*\d+\s+seconds?\s*$' or schedule ~ '^\s*(\*|\*/(2|3|4|5|6|10|12|15|20|30)|\d+)\s+\*\s+\*\s+\*\s+\*\s*$'
            then slot + period * (floor(extract(epoch from moment - slot) / nullif(extract(epoch from period), 0)) + 1)
    end;
$$;

revoke all on function freshet.next_slot_after(timestamptz, text, interval, timestamptz) from public, anon, authenticated;

comment on function freshet.next_slot_after(timestamptz, text, interval, timestamptz) is
    'The first slot after a moment, derived from one that was computed before; null where the schedule is not even and the slot is over.';

-- supabase/schemas/audit/slots/note_run_starts.sql

-- Object: freshet.note_run_starts()
-- Why: which slots were kept is remembered for each job; see analytics.job_slots.
create function freshet.note_run_starts(runs freshet.audited_run[])
returns timestamptz
language sql
set search_path = pg_catalog, pg_temp
as $$
    with starts as (
        -- A run that never started has no time; the attempt is what counts here.
        select r.job_name, coalesce(r.started_at, r.ended_at, clock_timestamp()) as run_at from unnest(runs) as r
        union all
        select o.job_name, o.first_seen_at from analytics.open_runs as o
    ),
    noted as (
        insert into analytics.job_slots as s (job_name, last_run_at)
        select t.job_name, max(t.run_at) from starts as t group by t.job_name
        on conflict on constraint job_slots_pkey do update
        set last_run_at = greatest(s.last_run_at, excluded.last_run_at)
    )
    select min(t.run_at)
    from starts as t
    where t.run_at > (select a.last_audit_at from analytics.audit_state as a);
$$;

revoke all on function freshet.note_run_starts(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.note_run_starts(freshet.audited_run[]) is
    'Remembers for each job when it last ran, and returns the first start since the last pass.';

-- supabase/schemas/audit/slots/note_scheduler_pause.sql

-- Object: freshet.note_scheduler_pause()
-- Why: slots in a time when the scheduler was stopped are not the fault of their jobs.
create function freshet.note_scheduler_pause(first_start_at timestamptz)
returns timestamptz
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- Three periods of the audit's own job without a start of any job.
    update analytics.audit_state as a
    set scheduler_resumed_at = coalesce(first_start_at, clock_timestamp())
    where coalesce(first_start_at, clock_timestamp()) > a.last_audit_at + interval '15 minutes';

    select greatest(
        (select a.scheduler_resumed_at from analytics.audit_state as a),
        (select max(p.backend_start) from pg_catalog.pg_stat_activity as p where p.application_name = 'pg_cron scheduler')
    );
$$;

revoke all on function freshet.note_scheduler_pause(timestamptz) from public, anon, authenticated;

comment on function freshet.note_scheduler_pause(timestamptz) is
    'Since when the scheduler has run without a gap: started, unfrozen, or past a jump of the clock.';

-- supabase/schemas/audit/slots/watch_slots.sql

-- Object: freshet.watch_slots()
-- Why: the calendar is written once for all jobs. A scheduler that crashes and starts again each second exists at some
--      moments, and starts nothing.
create function freshet.watch_slots(calendar jsonb)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.job_slots as s
    where not exists (select from freshet.known_cron_jobs() as j where j.job_name = s.job_name);

    insert into analytics.job_slots as s (job_name, schedule, watched_since, due_slot_at, next_slot_at, period)
    select distinct on (j.job_name)
        j.job_name,
        j.schedule,
        -- A job is expected to run only after it got its current definition.
        case
            when b.schedule = j.schedule and j.active and coalesce(d.paused_until, '-infinity') <= clock_timestamp()
                then coalesce(b.watched_since, clock_timestamp())
            else clock_timestamp()
        end,
        c.due_slot_at, c.next_slot_at, make_interval(secs => c.period_seconds)
    from freshet.known_cron_jobs() as j
    left join jsonb_to_recordset(calendar -> 'jobs') as c (
        job_name text, schedule text, due_slot_at timestamptz, next_slot_at timestamptz, period_seconds double precision
    ) on c.job_name = j.job_name and c.schedule = j.schedule
    left join analytics.scheduled_jobs as d on d.job_name = j.job_name
    left join analytics.job_slots as b on b.job_name = j.job_name
    order by j.job_name, j.jobid
    on conflict on constraint job_slots_pkey do update
    set schedule = excluded.schedule,
        due_slot_at = excluded.due_slot_at,
        next_slot_at = excluded.next_slot_at,
        period = excluded.period,
        watched_since = excluded.watched_since;
$$;

revoke all on function freshet.watch_slots(jsonb) from public, anon, authenticated;

comment on function freshet.watch_slots(jsonb) is
    'Updates the slots of all jobs from the calendar. A job that is new, changed, inactive or paused is watched from now on.';

-- supabase/schemas/audit/alerts/alert_family.sql

-- Object: freshet.alert_family()
-- Why: one deployment that breaks forty views is one alert. Incidents with one cause look alike: the same kind, and for
--      failed runs the same SQLSTATE and message.
create function freshet.alert_family(incident analytics.incidents)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when incident.kind not in ('failed', 'timed_out', 'http_failed') then incident.kind
        -- Class 42: a name or a right that a command relies on is missing. One migration takes several at once.
        when t.sqlstate like '42%' or t.message ~ ' does not exist|permission denied for ' then incident.kind || ' [42]'
        -- Only a hash: the text may hold anything.
        else incident.kind || coalesce(' [' || t.sqlstate || ']', '') || ' ' || left(md5(t.message), 8)
    end
    from (
        select
            incident.evidence ->> 'sqlstate' as sqlstate,
            -- Removes what differs from one job to the next: names, values and numbers.
            regexp_replace(
                replace(
                    split_part(coalesce(incident.evidence ->> 'message', ''), E'\n', 1),
                    regexp_replace(coalesce(incident.evidence ->> 'job', incident.subject), '^refresh-', ''), ''
                ),
                '"[^"]*"|''[^'']*''|[0-9]+', '', 'g'
            ) as message
    ) as t;
$$;

revoke all on function freshet.alert_family(analytics.incidents) from public, anon, authenticated;

comment on function freshet.alert_family(analytics.incidents) is
    'What an incident shares with others of one cause: its kind, and for the end of a run also the SQLSTATE and the message without names and numbers.';

-- supabase/schemas/audit/alerts/alert_payload.sql

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

-- supabase/schemas/audit/alerts/cause_of.sql

-- Object: freshet.cause_of()
-- Why: decides for each incident that has just opened whether another one stands for it. An incident without a cause is
--      announced, and so is one that outlives its cause.
create function freshet.cause_of(incident analytics.incidents)
returns setof bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    -- An incident about no job is about pg_cron itself.
    about constant text[] := case
        when incident.job_name is null and jsonb_typeof(incident.evidence -> 'jobs') = 'array' and incident.evidence -> 'jobs' <> '[]'
            then array(select jsonb_array_elements_text(incident.evidence -> 'jobs'))
        else array[incident.job_name]
    end;
begin
    return query
    -- Cheap conditions first: hundreds of incidents may open in one pass.
    with candidate as materialized (
        select r.reach, r.rank, c.incident_id, c.cause_id
        from analytics.alert_causes as r
        join analytics.incidents as c on c.kind = r.cause and c.closed_at is null
        where r.kind = incident.kind
            and c.incident_id <> incident.incident_id
            and (
                r.reach not in ('job', 'once')
                or c.job_name = incident.job_name
                or r.reach = 'once' and (c.job_name is null or c.kind = 'restarted')
            )
    )
    select c.incident_id
    from candidate as r
    join analytics.incidents as c on c.incident_id = r.incident_id
    left join analytics.incidents as root on root.incident_id = c.cause_id
    where freshet.severity_rank(c.severity) >= freshet.severity_rank(incident.severity)
        -- An incident that is announced, or is about to be.
        and root.closed_at is null
        and not freshet.is_muted(c)
        -- Each job of the incident was struck, and would have run again one period later. A pass finds that run five
        -- minutes after it.
        and not exists (
            select
            from unnest(about) as j (job)
            where coalesce(
                incident.opened_at > freshet.last_strike(c, r.reach, j.job) + freshet.usual_period(j.job) + interval '5 minutes',
                true
            )
        )
    order by r.rank, c.incident_id
    limit 1;
end
$$;

revoke all on function freshet.cause_of(analytics.incidents) from public, anon, authenticated;

comment on function freshet.cause_of(analytics.incidents) is
    'The open incident that caused this one, by its reach; no row when none did.';

-- supabase/schemas/audit/alerts/enqueue_alert.sql

-- Object: freshet.enqueue_alert()
-- Why: the key of the outbox is incident and transition, so a repeated pass writes no second alert.
create function freshet.enqueue_alert(incident analytics.incidents, transition text)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.outbox (event_id, incident_id, transition, payload, created_at, not_before)
    values (
        freshet.alert_event_id(incident.event_seed, transition),
        incident.incident_id,
        transition,
        freshet.alert_payload(incident, transition),
        clock_timestamp(),
        clock_timestamp()
    )
    on conflict do nothing;
$$;

revoke all on function freshet.enqueue_alert(analytics.incidents, text) from public, anon, authenticated;

comment on function freshet.enqueue_alert(analytics.incidents, text) is 'Puts an incident''s transition into the outbox. Idempotent.';

-- supabase/schemas/audit/alerts/family_threshold.sql

-- Object: freshet.family_threshold()
-- Why: incidents that look alike are one alert only where coincidence is unlikely.
create function freshet.family_threshold(incident analytics.incidents)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Two refreshes that fail alike within an hour are hardly a coincidence; two jobs of different purposes may well
    -- be.
    select case when incident.kind = 'failed' and incident.job_name like 'refresh-%' then 2 else 5 end;
$$;

revoke all on function freshet.family_threshold(analytics.incidents) from public, anon, authenticated;

comment on function freshet.family_threshold(analytics.incidents) is
    'From how many incidents of one family within an hour on they are announced as one.';

-- supabase/schemas/audit/alerts/is_muted.sql

-- Object: freshet.is_muted()
-- Why: an operator mutes a job during planned work; its incidents are recorded and not announced.
create function freshet.is_muted(incident analytics.incidents)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select
        from analytics.scheduled_jobs as d
        where d.job_name = incident.job_name
            and d.muted_until > clock_timestamp()
            -- Another owner's job of the same name is not the muted one.
            and d.owner = coalesce(incident.evidence ->> 'owner', d.owner)
    );
$$;

revoke all on function freshet.is_muted(analytics.incidents) from public, anon, authenticated;

comment on function freshet.is_muted(analytics.incidents) is
    'Whether alerts about the job of this incident are muted now.';

-- supabase/schemas/audit/alerts/last_strike.sql

-- Object: freshet.last_strike()
-- Why: a cause reaches the jobs that it struck, for one period of each after its last strike; see
--      analytics.alert_causes.
create function freshet.last_strike(cause analytics.incidents, reach text, job text)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when last_strike.reach = 'struck' then (
            select s.struck_at from analytics.struck_jobs as s where s.kind = cause.kind and s.job_name = last_strike.job
        )
        -- Each pass that still finds it counts as a strike.
        when last_strike.reach = 'lasting' or cause.job_name = last_strike.job then cause.last_seen_at
        when last_strike.reach = 'owner' then case
            when exists (select from freshet.known_cron_jobs() as j where j.job_name = last_strike.job and j.owner = cause.subject)
                then cause.last_seen_at
            else cause.first_seen_at
        end
        when last_strike.reach = 'once' then case
            when cause.kind = 'restarted' then cause.last_seen_at
            -- About no single job: no job was started at all. It stays open until the rarest of them has run.
            when cause.job_name is null then greatest(
                cause.first_seen_at, (select a.scheduler_resumed_at from analytics.audit_state as a)
            )
        end
    end;
$$;

revoke all on function freshet.last_strike(analytics.incidents, text, text) from public, anon, authenticated;

comment on function freshet.last_strike(analytics.incidents, text, text) is
    'When a cause last struck a job (null: an incident about no job), by its reach; null when it did not.';

-- supabase/schemas/audit/alerts/name_members.sql

-- Object: freshet.name_members()
-- Why: the event of a cause lists the incidents that it stands for, so that none is silent because of another one.
create function freshet.name_members(cause analytics.incidents, transition text)
returns analytics.incidents
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    members bigint[];
    named jsonb;
begin
    -- New and continuing members; at its end also those that ended since it was last announced.
    select coalesce(array_agg(i.incident_id order by i.incident_id), '{}') into members
    from analytics.incidents as i
    where i.cause_id = cause.incident_id
        and (
            i.closed_at is null
            or i.named_at is null
            or transition = 'recovered' and i.closed_at >= cause.announced_at
        );
    update analytics.incidents as i set named_at = clock_timestamp() where i.incident_id = any (members) and i.named_at is null;
    if members = '{}' then
        return cause;
    end if;

    select jsonb_build_object('spoken_for', jsonb_agg(i.fingerprint order by i.incident_id)) into named
    from analytics.incidents as i
    where i.incident_id = any (members);
    if cause.kind = 'storm' then
        named := named || freshet.group_evidence(members);
        if cause.subject = 'first audit' then
            named := named || jsonb_build_object('message', format(
                'first audit found %s; select * from analytics.adopt_all_jobs() declares the jobs as they are', named ->> 'message'
            ));
        end if;
    end if;
    update analytics.incidents as c set evidence = c.evidence || named where c.incident_id = cause.incident_id
    returning * into cause;
    return cause;
end
$$;

revoke all on function freshet.name_members(analytics.incidents, text) from public, anon, authenticated;

comment on function freshet.name_members(analytics.incidents, text) is
    'Writes into the evidence of an incident which ones it stands for, marks those as listed, and returns the incident.';

-- supabase/schemas/audit/alerts/outbox.sql

-- Object: analytics.outbox
-- Grain: one row per incident and transition to be announced
-- Why: an alert is written in the transaction that found its reason, and stays until the receiver has answered 2xx for
--      it.
-- Why resolve_attempts, resolve_not_before, resolve_lease_until, resolve_token, resolved_at, resolve_error: no event
--      closes an issue at the receiver, and an event on a closed issue opens it again. So with a token of the
--      receiver's API a recovery is reported by closing the issue, and by an event only where that cannot be done.
create table analytics.outbox (
    event_id text primary key check (event_id ~ '^[0-9a-f]{32}$'),
    incident_id bigint not null references analytics.incidents (incident_id),
    transition text not null check (transition in ('opened', 'recovered')),
    payload jsonb not null,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'parked')),
    attempt_count integer not null default 0,
    not_before timestamptz not null default now(),
    lease_until timestamptz,
    lease_token bigint not null default 0,
    created_at timestamptz not null default now(),
    delivered_at timestamptz,
    last_error text,
    resolve_attempts integer not null default 0,
    resolve_not_before timestamptz not null default '-infinity',
    resolve_lease_until timestamptz,
    resolve_token bigint not null default 0,
    resolved_at timestamptz,
    resolve_error text,
    unique (incident_id, transition)
);

create index outbox_pending_idx on analytics.outbox (created_at, incident_id) where state = 'pending';

create index outbox_parked_idx on analytics.outbox (event_id) where state = 'parked';

create index outbox_delivered_idx on analytics.outbox (delivered_at) where state = 'delivered';

create index outbox_unresolved_idx on analytics.outbox (created_at) where transition = 'recovered' and resolved_at is null;

create index outbox_opened_idx on analytics.outbox ((payload ->> 'fingerprint'), incident_id) where transition = 'opened';

alter table analytics.outbox enable row level security;

revoke all on table analytics.outbox from public, anon, authenticated;

comment on table analytics.outbox is
    'Alerts to be sent. Pending until acknowledged by a 2xx; parked when the receiver refuses them for good.';

comment on column analytics.outbox.payload is
    'The facts as the database has them: the sender scrubs them and never sends them unscrubbed.';

comment on column analytics.outbox.lease_token is 'Fencing: moves with each lease; an answer with an older token changes nothing.';

comment on column analytics.outbox.event_id is 'First 32 hex of sha256(random part of the incident | transition): sending again is the same event.';

comment on column analytics.outbox.resolve_attempts is
    'For a recovery: how many attempts were made to close the issue of its opening.';

comment on column analytics.outbox.resolve_token is
    'Fencing, as lease_token: sending and closing have separate leases.';

comment on column analytics.outbox.resolved_at is
    'For a recovery: when the receiver said that the issue is closed, or need not be.';

comment on column analytics.outbox.resolve_error is
    'Why the issue was not closed, in the receiver''s words; or what was left out in closing it.';

-- supabase/schemas/audit/detectors/observe_struck_jobs.sql

-- Object: freshet.observe_struck_jobs(), used by the detectors of kinds infrastructure and restarted
-- Why: when pg_cron gets no connection or no worker, every job that was due fails. That is one incident about pg_cron,
--      which lasts until each of them has run again, and not one about each job.
create function freshet.observe_struck_jobs(kind text, runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    struck_count bigint;
begin
    with struck as (
        select r.job_name, max(r.runid) as runid, count(*) as run_count
        from unnest(runs) as r
        where r.ending = observe_struck_jobs.kind
        group by r.job_name
    ),
    noted as (
        insert into analytics.struck_jobs as s (kind, job_name, runid, message, struck_at)
        select observe_struck_jobs.kind, t.job_name, t.runid, r.message, coalesce(r.ended_at, r.started_at, clock_timestamp())
        from struck as t
        join unnest(runs) as r on r.runid = t.runid
        on conflict on constraint struck_jobs_pkey do update
        set runid = excluded.runid, message = excluded.message, struck_at = excluded.struck_at
        returning 1
    )
    select coalesce(sum(t.run_count), 0) into struck_count from struck as t;

    if struck_count > 0 then
        perform freshet.observe(
            kind => observe_struck_jobs.kind,
            subject => 'pg_cron',
            state => 'bad',
            observed_at => clock_timestamp(),
            evidence => freshet.struck_evidence(kind),
            weight => struck_count
        );
    end if;

    delete from analytics.struck_jobs as s
    where s.kind = observe_struck_jobs.kind
        and (
            exists (
                select
                from unnest(runs) as r
                where r.job_name = s.job_name and r.runid > s.runid and r.ending in ('succeeded', 'failed', 'timed_out')
            )
            or freshet.is_audit_sighted() and not exists (
                select from freshet.known_cron_jobs() as j where j.job_name = s.job_name and j.active
            )
        );

    if exists (select from analytics.findings as f where f.kind = observe_struck_jobs.kind and f.state = 'bad')
        and not exists (select from analytics.struck_jobs as s where s.kind = observe_struck_jobs.kind)
    then
        perform freshet.observe(kind, 'pg_cron', 'ok', clock_timestamp(), '{}');
    end if;
end
$$;

revoke all on function freshet.observe_struck_jobs(text, freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.observe_struck_jobs(text, freshet.audited_run[]) is
    'Observes a kind that strikes many jobs at once: bad with each such run, ok when every job has run again. Not idempotent: each run is given once.';

-- supabase/schemas/audit/detectors/struck_jobs.sql

-- Object: analytics.struck_jobs
-- Grain: one row per kind and job whose last run was struck from outside
-- Why: an incident about pg_cron lasts until each job that it struck has run again; see freshet.observe_struck_jobs().
create table analytics.struck_jobs (
    kind text not null references analytics.alert_kinds (kind),
    job_name text not null,
    runid bigint not null,
    message text,
    struck_at timestamptz not null,
    primary key (kind, job_name)
);

alter table analytics.struck_jobs enable row level security;

revoke all on table analytics.struck_jobs from public, anon, authenticated;

comment on table analytics.struck_jobs is
    'Jobs whose last run was ended by a cause that also strikes others; a row is deleted when the job has run again.';

-- supabase/schemas/audit/kinds/failed.sql

create function freshet.detect_failed(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.note_failed_refreshes(runs);
    select freshet.observe_runs('failed', 'failed', runs);
$$;

revoke all on function freshet.detect_failed(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_failed(freshet.audited_run[]) is
    'Kind failed: a job whose last run failed. Also writes the ledger rows of failed refreshes. Not idempotent: each run is given once.';

-- supabase/schemas/audit/kinds/infrastructure.sql

create function freshet.detect_infrastructure(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe_struck_jobs('infrastructure', runs);
$$;

revoke all on function freshet.detect_infrastructure(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_infrastructure(freshet.audited_run[]) is
    'Kind infrastructure: runs that pg_cron could not start or keep, one incident for all jobs. Not idempotent: each run is given once.';

-- supabase/schemas/audit/kinds/missed.sql

create function freshet.detect_missed(runs freshet.audited_run[], calendar jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    running_since timestamptz;
    known constant text[] := array(select j.job_name from freshet.known_cron_jobs() as j);
begin
    running_since := freshet.note_scheduler_pause(freshet.note_run_starts(runs));
    if calendar is null or 'analytics-cron-audit' <> all (known) then
        return;
    end if;
    perform freshet.watch_slots(calendar);
    if current_setting('cron.log_run', true) = 'off' then
        -- Without rows nothing can be judged; that is a finding of its own.
        update analytics.job_slots set watched_since = clock_timestamp(), missed_slot_at = null, missed_by = null;
    elsif exists (select from pg_catalog.pg_stat_activity as p where p.application_name = 'pg_cron scheduler') then
        -- A missing scheduler is the cause for all of its jobs.
        perform freshet.judge_slots(running_since);
    end if;

    perform freshet.observe_findings(
        'missed',
        array(
            select (
                s.job_name,
                jsonb_build_object(
                    'job', s.job_name,
                    'schedule', s.schedule,
                    'missed_slot_at', s.missed_slot_at,
                    'last_run_at', s.last_run_at,
                    'message', format(
                        'no run of "%s" has started since its slot of %s, %s seconds ago', s.job_name, s.missed_slot_at,
                        extract(epoch from clock_timestamp() - s.missed_slot_at)::bigint
                    )
                )
            )::freshet.audit_finding
            from analytics.job_slots as s
            where s.missed_by = 'job'
            union all
            select (
                'pg_cron',
                jsonb_build_object(
                    'jobs', to_jsonb((array_agg(s.job_name order by s.missed_slot_at, s.job_name))[1:20]),
                    'missed_slot_at', min(s.missed_slot_at),
                    'message', format('%s jobs were not started at their slots while no job was', count(*))
                )
            )::freshet.audit_finding
            from analytics.job_slots as s
            where s.missed_by = 'scheduler'
            having count(*) > 0
        ),
        known || 'pg_cron'::text
    );
end
$$;

revoke all on function freshet.detect_missed(freshet.audited_run[], jsonb) from public, anon, authenticated;

comment on function freshet.detect_missed(freshet.audited_run[], jsonb) is
    'Kind missed: a slot passed without a run. One incident a job, or one for "pg_cron" when no job was started.';

-- supabase/schemas/audit/kinds/pile_up.sql

create function freshet.detect_pile_up(runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.observe(
        kind => 'pile_up',
        subject => p.job_name,
        state => case when p.queued_count >= 2 then 'bad' when p.queued_count = 0 then 'ok' else 'unknown' end,
        observed_at => coalesce(p.last_ended_at, clock_timestamp()),
        evidence => jsonb_build_object(
            'job', p.job_name,
            'schedule', freshet.schedule_of_job(p.job_name),
            'runid', p.last_runid,
            'message', format(
                '%s runs in a row began when the one before them ended; the last took %s seconds', p.queued_count,
                extract(epoch from p.last_ended_at - p.last_started_at)::integer
            )
        )
    )
    from analytics.job_pace as p
    where (
            p.queued_count > 0
            or exists (select from analytics.findings as f where f.kind = 'pile_up' and f.subject = p.job_name and f.state <> 'ok')
        )
        and p.job_name in (select r.job_name from unnest(runs) as r)
        -- A worker that starts again at once has work.
        and not exists (select from analytics.scheduled_jobs as d where d.job_name = p.job_name and d.is_worker)
    order by p.job_name;

    perform freshet.withdraw_subjects('pile_up', array(select p.job_name from analytics.job_pace as p));
end
$$;

revoke all on function freshet.detect_pile_up(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_pile_up(freshet.audited_run[]) is
    'Kind pile_up: a job that started twice in a row as soon as its previous run had ended, each lasting into the next slot.';

-- supabase/schemas/audit/kinds/restarted.sql

create function freshet.detect_restarts(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe_struck_jobs('restarted', runs);
$$;

revoke all on function freshet.detect_restarts(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_restarts(freshet.audited_run[]) is
    'Kind restarted: runs that a restart ended, one incident for all jobs. Not idempotent: each run is given once.';

-- supabase/schemas/audit/kinds/timed_out.sql

create function freshet.detect_timed_out(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe_runs('timed_out', 'timed_out', runs);
$$;

revoke all on function freshet.detect_timed_out(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_timed_out(freshet.audited_run[]) is
    'Kind timed_out: a job whose last run was cancelled by its time limit. Not idempotent: each run is given once.';

-- supabase/schemas/audit/kinds/too_fast.sql

create function freshet.detect_too_fast(runs freshet.audited_run[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    -- For a background worker, pg_cron records as end when it begins to listen, which may be at once.
    has_true_ends constant boolean := coalesce(
        (select g.setting = 'off' from pg_catalog.pg_settings as g where g.name = 'cron.use_background_workers'), true
    );
begin
    perform freshet.observe(
        kind => 'too_fast',
        subject => m.job_name,
        state => case when m.seconds < m.least_seconds then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'schedule', freshet.schedule_of_job(m.job_name),
            'runid', m.runid,
            'message', format('took %s seconds, expected at least %s', round(m.seconds, 2), round(m.least_seconds, 2))
        )
    )
    from (
        -- The declared minimum, for jobs that have one.
        select distinct on (r.job_name)
            r.job_name, r.runid,
            extract(epoch from r.ended_at - r.started_at) as seconds,
            extract(epoch from d.min_runtime) as least_seconds
        from unnest(runs) as r
        join analytics.scheduled_jobs as d on d.job_name = r.job_name
        where r.ending = 'succeeded' and d.min_runtime is not null and r.ended_at >= r.started_at and has_true_ends
            and not exists (select from analytics.views as v where v.job_name = r.job_name)
        order by r.job_name, r.runid desc
    ) as m
    where m.seconds < m.least_seconds
        or exists (select from analytics.findings as f where f.kind = 'too_fast' and f.subject = m.job_name and f.state <> 'ok')
    order by m.job_name;

    perform freshet.observe(
        kind => 'too_fast',
        subject => m.job_name,
        state => case when m.seconds < 0.2 * m.median then 'bad' else 'ok' end,
        observed_at => clock_timestamp(),
        evidence => jsonb_build_object(
            'job', m.job_name,
            'view', m.view_name,
            'schedule', m.schedule,
            'message', format('the last refresh took %s seconds, the median is %s', round(m.seconds, 2), round(m.median, 2))
        )
    )
    from (
        -- The usual duration, for views: the ledger knows which refreshes were real.
        select
            v.job_name, v.view_name, v.schedule,
            max(d.seconds) filter (where d.place = 1) as seconds,
            percentile_cont(0.5) within group (order by d.seconds) filter (where d.place > 1)::numeric as median
        from analytics.views as v
        cross join lateral freshet.recent_durations(v.job_name) as d
        group by v.job_name, v.view_name, v.schedule
        having count(*) > 10
    ) as m
    -- Below a second, noise of the machine exceeds the work.
    where m.median >= 1
        and (
            m.seconds < 0.2 * m.median
            or exists (select from analytics.findings as f where f.kind = 'too_fast' and f.subject = m.job_name and f.state <> 'ok')
        )
    order by m.job_name;

    perform freshet.withdraw_subjects('too_fast', array(
        select p.job_name from analytics.job_pace as p
        union
        select v.job_name from analytics.views as v
    ));
end
$$;

revoke all on function freshet.detect_too_fast(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.detect_too_fast(freshet.audited_run[]) is
    'Kind too_fast: a run under the declared min_runtime, or a refresh under a fifth of the median of those before it.';

-- supabase/schemas/audit/pass/begin_account.sql

-- Object: freshet.begin_account()
-- Why: the first pass takes the existing history as its starting point. Runs that have ended go into the ledger and to
--      no detector; open runs are followed, except those that died before.
create function freshet.begin_account(runs freshet.audited_run[], pass_started_at timestamptz)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.note_failed_refreshes(runs);

    -- Open rows without a process were left by an earlier crash. A run that is just starting has no process yet, and is
    -- the newest.
    if pg_has_role(current_user, 'pg_read_all_stats', 'usage') then
        update analytics.open_runs as o
        set given_up_at = clock_timestamp()
        where not freshet.is_run_alive(o)
            and (
                o.started_at < pass_started_at - interval '1 minute'
                or exists (
                    select
                    from cron.job_run_details as later
                    where later.runid > o.runid and later.start_time < pass_started_at - interval '1 minute'
                )
            );
    end if;

    update analytics.audit_state set judged_since = pass_started_at;
end
$$;

revoke all on function freshet.begin_account(freshet.audited_run[], timestamptz) from public, anon, authenticated;

comment on function freshet.begin_account(freshet.audited_run[], timestamptz) is
    'The first pass has seen the history: its runs are known, and no longer judged. Once.';

-- supabase/schemas/audit/pass/call_detector.sql

-- Object: freshet.call_detector()
-- Why: the savepoint around one detector; see analytics.audit_detectors.
create function freshet.call_detector(
    call text, runs freshet.audited_run[], calendar jsonb, new_epoch_reason text, pass_started_at timestamptz, time_ends_at timestamptz
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('select %s', call) using runs, calendar, new_epoch_reason, pass_started_at;
    return null;
exception
    -- "others" does not include these two.
    when query_canceled then
        -- A statement times out only once: the little that follows has no limit. A cancellation by hand means the whole
        -- pass.
        if coalesce(clock_timestamp() < time_ends_at, true) then
            raise;
        end if;
        return jsonb_build_object('sqlstate', sqlstate, 'message', 'it used up the time of the pass', 'is_passing', true);
    when assert_failure or others then
        return jsonb_build_object(
            'sqlstate', sqlstate, 'message', left(sqlerrm, 2000), 'is_passing', freshet.is_passing(sqlstate)
        );
end
$$;

revoke all on function freshet.call_detector(text, freshet.audited_run[], jsonb, text, timestamptz, timestamptz)
    from public, anon, authenticated;

comment on function freshet.call_detector(text, freshet.audited_run[], jsonb, text, timestamptz, timestamptz) is
    'Calls one detector in a savepoint. Returns null, or how it failed; then everything that it wrote is rolled back. time_ends_at: when the server ends the statement.';

-- supabase/schemas/audit/pass/detector_arrears.sql

-- Object: freshet.detector_arrears
-- Grain: one row per detector with runs that it has not processed
-- Why: the watermark moves even when a detector fails, so its runs are kept here.
create table freshet.detector_arrears (
    detector text primary key references analytics.audit_detectors (detector) on delete cascade on update cascade,
    runs freshet.audited_run[] not null
);

alter table freshet.detector_arrears enable row level security;

revoke all on table freshet.detector_arrears from public, anon, authenticated;

comment on table freshet.detector_arrears is
    'Runs that a detector still has to process: the watermark has moved past them.';

-- supabase/schemas/audit/pass/keep_arrears.sql

-- Object: freshet.keep_arrears()
-- Why: runs that a detector failed to process wait for its next call; see freshet.detector_arrears.
create function freshet.keep_arrears(detector text, runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    -- A limited number: the backlog of an outage of days is not worth an outage of the audit. The newest runs show the
    -- current state.
    delete from freshet.detector_arrears as a where a.detector = keep_arrears.detector;
    insert into freshet.detector_arrears (detector, runs)
    select keep_arrears.detector, runs[greatest(1, cardinality(runs) - 19999):]
    where cardinality(runs) > 0;
$$;

revoke all on function freshet.keep_arrears(text, freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.keep_arrears(text, freshet.audited_run[]) is
    'Replaces the runs kept for a detector by those that it gets the next time. Idempotent.';

-- supabase/schemas/audit/pass/note_failed_refreshes.sql

-- Object: freshet.note_failed_refreshes()
-- Why: a failed scheduled refresh rolls its own ledger row back, so the audit writes it from pg_cron's history.
create function freshet.note_failed_refreshes(runs freshet.audited_run[])
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.refresh_log (
        view_name, requested_by, started_at, finished_at, outcome, rows_before, version, sqlstate, message, runid
    )
    select
        v.view_name, 'schedule', coalesce(r.started_at, r.ended_at, clock_timestamp()), r.ended_at, 'failed',
        v.row_count, v.version, r.sqlstate, r.message, r.runid
    from unnest(runs) as r
    join analytics.views as v on v.job_name = r.job_name
    where r.status = 'failed'
    order by r.runid;
$$;

revoke all on function freshet.note_failed_refreshes(freshet.audited_run[]) from public, anon, authenticated;

comment on function freshet.note_failed_refreshes(freshet.audited_run[]) is
    'Writes the ledger rows of failed refreshes, which their own transactions rolled back. Not idempotent: each run is given once.';

-- supabase/schemas/audit/pass/read_history.sql

-- Object: freshet.read_history()
-- Why: a pass ends within the time that the platform gives a statement, whatever is in cron.job and its history, and
--      commits what it found. How much it reads at once depends on how long the last read took.
create function freshet.read_history(
    pass_started_at timestamptz, out runs freshet.audited_run[], out new_epoch_reason text, out run_count integer,
    out has_backlog boolean, out read_error text
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_first constant boolean := (select s.judged_since is null from analytics.audit_state as s);
    batch_size constant integer := (select s.batch_size from analytics.audit_state as s);
begin
    new_epoch_reason := freshet.begin_epoch();
    if new_epoch_reason is not null then
        delete from freshet.detector_arrears;
    end if;
    perform freshet.skip_backlog(batch_size);
    -- The first pass reads all of it; later a backlog is read in batches.
    select array_agg(r order by r.runid) into runs
    from freshet.take_runs(case when is_first then null else batch_size end) as r;
    run_count := coalesce(cardinality(runs), 0);
    select count(*) = 100 into has_backlog
    from (
        select
        from cron.job_run_details as d
        where d.runid > (select s.low_runid from analytics.audit_state as s)
        limit 100
    ) as waiting;
    if is_first then
        perform freshet.begin_account(runs, pass_started_at);
        -- Nothing was relied on yet, so nothing is lost.
        new_epoch_reason := null;
        runs := null;
    end if;
exception
    -- pg_cron is gone, not readable, or returned unreadable data: that is a finding, not a reason to report nothing.
    when assert_failure or others then
        -- Another pass of half the size may succeed where this one did not.
        if freshet.is_passing(sqlstate) then
            raise;
        end if;
        run_count := 0;
        has_backlog := false;
        read_error := format('the run history of pg_cron cannot be read [%s]', sqlstate);
end
$$;

revoke all on function freshet.read_history(timestamptz) from public, anon, authenticated;

comment on function freshet.read_history(timestamptz) is
    'Takes the runs that ended, and moves the watermark past them; or returns why it could not, and has changed nothing. has_backlog: a hundred or more are left.';

-- supabase/schemas/audit/pass/run_detector.sql

-- Object: freshet.run_detector()
-- Why: a detector that failed gets its kept runs again, in smaller portions; see analytics.audit_detectors.
create function freshet.run_detector(
    detector analytics.audit_detectors, arrears freshet.audited_run[], runs freshet.audited_run[], calendar jsonb,
    new_epoch_reason text, pass_started_at timestamptz, time_ends_at timestamptz
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    takes_runs constant boolean := detector.call ~ '\$1\y';
    singly_until constant timestamptz := clock_timestamp() + interval '1 second';
    waiting freshet.audited_run[] := arrears || runs;
    -- A detector that ran out of time gets fewer runs at once.
    given_count integer := least(cardinality(waiting), case when detector.out_of_time_at is null then 20000 else 1000 end);
    refused_count integer := 0;
    failure jsonb;
    single_failure jsonb;
begin
    failure := freshet.call_detector(
        detector.call, waiting[1:given_count], calendar, new_epoch_reason, pass_started_at, time_ends_at
    );
    if not takes_runs then
        return failure;
    end if;

    if failure is not null then
        given_count := 0;
        -- After two failures runs are given one by one: a run that the detector cannot process is skipped, and does not
        -- take others along.
        while not (failure ->> 'is_passing')::boolean and given_count < cardinality(arrears) and clock_timestamp() < singly_until loop
            single_failure := freshet.call_detector(
                detector.call, waiting[given_count + 1:given_count + 1], calendar, null, pass_started_at, time_ends_at
            );
            exit when (single_failure ->> 'is_passing')::boolean;
            given_count := given_count + 1;
            refused_count := refused_count + (single_failure is not null)::integer;
        end loop;
    end if;
    perform freshet.keep_arrears(detector.detector, waiting[given_count + 1:]);

    if refused_count > 0 then
        failure := failure || jsonb_build_object('message', format('%s; runs left out: %s', failure ->> 'message', refused_count));
    end if;
    return failure;
end
$$;

revoke all on function freshet.run_detector(
    analytics.audit_detectors, freshet.audited_run[], freshet.audited_run[], jsonb, text, timestamptz, timestamptz
) from public, anon, authenticated;

comment on function freshet.run_detector(
    analytics.audit_detectors, freshet.audited_run[], freshet.audited_run[], jsonb, text, timestamptz, timestamptz
) is
    'Gives a detector the runs that it has not processed yet, and the new ones. Returns null, or how it failed.';

-- supabase/schemas/audit/purge/purge_runs.sql

-- Object: freshet.purge_runs()
-- Why: deletes by runid, the only index of the history, and keeps what the audit still needs: whose runs may go is
--      decided by analytics.retention.
create function freshet.purge_runs(rule analytics.retention)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    state analytics.audit_state;
    -- The newest run always stays: a history that seems to go back would begin a new epoch.
    newest_runid constant bigint := (select max(d.runid) from cron.job_run_details as d);
    ended_before constant timestamptz := now() - rule.keep_for;
    rule_name text;
    swept_runid bigint;
    youngest_old_runid bigint;
    first_kept_runid bigint;
    timeless_up_to bigint;
    deleted_count bigint;
begin
    select * into strict state from analytics.audit_state;
    -- Runs of other jobs that stay would be read again each hour. A changed rule, or a new history, starts from the
    -- beginning.
    rule_name := format('%s %s %s', rule.keep_for, rule.of_all_jobs, state.epoch);
    swept_runid := case when rule.swept ->> 'rule' = rule_name then (rule.swept ->> 'runid')::bigint else 0 end;

    -- The lowest runids are the oldest. Some have no times, as they never started: one that is followed by an old
    -- enough run is old enough itself.
    with lowest as (
        select d.runid, coalesce(freshet.run_time(d.end_time), freshet.run_time(d.start_time)) as ended_at
        from cron.job_run_details as d
        where d.status in ('succeeded', 'failed')
            and d.runid > swept_runid
            and d.runid <= state.low_runid
            and d.runid < newest_runid
        order by d.runid
        limit rule.batch_size
    )
    select max(l.runid) filter (where l.ended_at < ended_before), case when max(l.ended_at) is null then max(l.runid) end
    into youngest_old_runid, timeless_up_to
    from lowest as l;

    -- A whole batch of them: the first run with times after it decides.
    if timeless_up_to is not null then
        select case when d.end_time < ended_before then timeless_up_to end into youngest_old_runid
        from cron.job_run_details as d
        where d.runid > timeless_up_to and freshet.run_time(d.end_time) is not null
        order by d.runid
        limit 1;
    end if;

    delete from cron.job_run_details as d
    where d.runid > swept_runid
        and d.runid <= youngest_old_runid
        and d.status in ('succeeded', 'failed')
        and (rule.of_all_jobs or freshet.is_own_run(d.command))
        and coalesce(freshet.run_time(d.end_time), freshet.run_time(d.start_time), '-infinity') < ended_before
        -- An open run is read again by its runid, by the pass that sees it end.
        and not exists (select from analytics.open_runs as o where o.epoch = state.epoch and o.runid = d.runid);
    get diagnostics deleted_count = row_count;

    -- A run that has to stay for now is looked at again.
    select min(d.runid) into first_kept_runid
    from cron.job_run_details as d
    where d.runid > swept_runid
        and d.runid <= youngest_old_runid
        and d.status in ('succeeded', 'failed')
        and (rule.of_all_jobs or freshet.is_own_run(d.command));
    update analytics.retention as r
    set swept = r.swept || jsonb_build_object('rule', rule_name, 'runid', coalesce(first_kept_runid - 1, youngest_old_runid))
    where r.history = rule.history and youngest_old_runid is not null;

    delete from analytics.known_jobs as k
    where k.last_seen_at < least(ended_before, state.last_audit_at - rule.keep_for);
    return deleted_count;
end
$$;

revoke all on function freshet.purge_runs(analytics.retention) from public, anon, authenticated;

comment on function freshet.purge_runs(analytics.retention) is
    'Deletes Freshet''s old runs, by runid, or those of all jobs where the rule says so, and forgets jobs that have been gone as long. Never above the watermark of the audit, never an open run, never the newest.';

-- supabase/schemas/audit/runs/audit_state.sql

-- Object: analytics.audit_state
-- Grain: one row
-- Why: the history is read by runid, its only index. Every run at or below low_runid is either recorded as ended or
--      listed in analytics.open_runs, so a pass costs what is new, whatever the history has grown to.
-- Why judged_since: between the migrations and the deployment of the functions no audit runs, and jobs fail because a
--      secret is missing or find no function. What ended, was called or grew old before the first pass that sees the
--      history is not judged, however long that was. What is still wrong is reported as if everything had begun with
--      that pass.
-- Why batch_size: a pass ends within the time that the platform gives a statement. How much it reads at once depends on
--      how long the last read took.
-- Why answers_read_at, answers_last_id: reading of pg_net's answers continues where it ended, however long an outage
--      was.
create table analytics.audit_state (
    is_singleton boolean primary key default true check (is_singleton),
    epoch integer not null default 1,
    system_identifier text not null,
    history_relation oid not null,
    low_runid bigint not null,
    pass_count bigint not null default 0,
    last_runid_seen bigint,
    canary_seen_at timestamptz not null default now(),
    last_audit_at timestamptz,
    last_outcome text check (last_outcome in ('ok', 'bad', 'unknown')),
    last_reasons jsonb not null default '[]',
    scheduler_resumed_at timestamptz,
    judged_since timestamptz,
    timeline integer not null default freshet.cluster_timeline(),
    batch_size integer not null default 10000 check (batch_size between 1 and 10000),
    failed_count integer not null default 0,
    failed_at timestamptz,
    failure text,
    answers_read_at timestamptz,
    answers_last_id bigint
);

alter table analytics.audit_state enable row level security;

revoke all on table analytics.audit_state from public, anon, authenticated;

comment on table analytics.audit_state is 'State of the audit: epoch, watermark, and how the last pass ended.';

comment on column analytics.audit_state.epoch is 'Moves by one when runids start again or the database is another one: runids compare within an epoch only.';

comment on column analytics.audit_state.system_identifier is
    'Of the cluster: a restored or cloned database is recognised by it.';

comment on column analytics.audit_state.history_relation is 'OID of cron.job_run_details: another one means that the extension was created again.';

comment on column analytics.audit_state.low_runid is 'Watermark: runs up to here are recorded, or listed in open_runs.';

comment on column analytics.audit_state.last_runid_seen is
    'The run at the watermark, while it is in the history: if it is gone by the next pass, it was deleted.';

comment on column analytics.audit_state.canary_seen_at is 'When the audit last saw a run of its own job, or began to look for one.';

comment on column analytics.audit_state.scheduler_resumed_at is
    'End of the last time in which no job started at all though the audit''s own is due every five minutes: stopped, frozen, or the clock jumped.';

comment on column analytics.audit_state.judged_since is
    'When the first pass that could read the history began: nothing that happened before counts. Null until then.';

comment on column analytics.audit_state.timeline is
    'Of the cluster: another value means that it was restored, or that a standby took over.';

comment on column analytics.audit_state.batch_size is
    'Runs that a pass reads at most: halved after a pass ran out of time, doubled after a quick one.';

comment on column analytics.audit_state.failed_count is
    'Calls of cron-audit in a row whose pass failed; 0 after one that succeeded.';

comment on column analytics.audit_state.failure is 'Why the last of them failed; null after one that succeeded.';

comment on column analytics.audit_state.answers_read_at is
    'When the answers of pg_net that no ledger row explains were last read.';

comment on column analytics.audit_state.answers_last_id is 'The last id that pg_net had given to a request by then.';

-- supabase/schemas/audit/runs/is_run_alive.sql

-- Object: freshet.is_run_alive()
-- Why: an open row alone does not show whether its run still works.
create function freshet.is_run_alive(run analytics.open_runs)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select not run.is_local or exists (
        select
        from pg_catalog.pg_stat_activity as a
        -- A process that started after the run has only inherited its number; a worker may need a while to begin.
        where a.pid = run.job_pid and a.backend_start <= coalesce(run.started_at, run.first_seen_at) + interval '30 seconds'
    );
$$;

revoke all on function freshet.is_run_alive(analytics.open_runs) from public, anon, authenticated;

comment on function freshet.is_run_alive(analytics.open_runs) is
    'Whether an open run has a process. A run on another server is assumed to have one.';

-- supabase/schemas/core/changes/trim_source_changes.sql

select analytics.register_job(
    job_name => 'trim-source-changes',
    schedule => '*/5 * * * *',
    command => 'set statement_timeout = ''1min''; select analytics.trim_source_changes()',
    max_runtime => '1 minute'
);

-- supabase/schemas/core/http/rotate_call_secret.sql

select analytics.rotate_call_secret();

-- supabase/schemas/core/refresh_queue/schedule_refresh_workers.sql

select freshet.schedule_refresh_workers();

-- supabase/schemas/audit/alerts/alert_channels.sql

insert into analytics.alert_channels (channel) values ('sentry');

-- supabase/schemas/audit/detectors/detect_http.sql

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1000, 'http',
    'freshet.detect_http()',
    false
);

-- supabase/schemas/audit/detectors/detect_net_access.sql

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1010, 'net_access',
    'freshet.detect_net_access()',
    false
);

-- supabase/schemas/audit/detectors/detect_refreshes.sql

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    745, 'refreshes',
    'freshet.detect_refreshes()',
    false
);

-- supabase/schemas/audit/detectors/join_http_causes.sql

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1030, 'http_causes',
    'freshet.join_http_causes()',
    false
);

-- supabase/schemas/audit/detectors/watch_views.sql

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    720, 'view_watch',
    'freshet.watch_views()',
    false
);

-- supabase/schemas/audit/kinds/answer_failed.sql

-- Kind: answer_failed
-- Means: a resource answers 500 or 503 because of a defect.
-- Why: only the functions see that their answers fail; their reports are in analytics.failed_answers.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('answer_failed', 'error', false, true, 'A resource cannot be answered: its callers get 500 or 503 because of a defect.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    755, 'failed_answers',
    'freshet.detect_failed_answers()',
    false
);

-- supabase/schemas/audit/kinds/audit_failed.sql

-- Kind: audit_failed
-- Means: passes of the audit fail, so nothing new is detected.
-- Detector: analytics.note_failed_audit() in audit/pass/, called after a pass that failed.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('audit_failed', 'error', false, false, 'The audit''s own pass failed twice in a row: nothing new is detected.');

-- supabase/schemas/audit/kinds/blind.sql

-- Kind: blind
-- Means: the audit does not see its own job or runs.
-- Detector: below, called by freshet.run_audit_pass() before all others.
-- Why: no rows means unknown, never healthy.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('blind', 'fatal', false, false, 'The audit does not see its own job: what it cannot see is unknown, not healthy.');

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('blind', 'orphan_owner', 'lasting', 1),
    ('blind', 'read_only', 'lasting', 1),
    ('blind', 'scheduler_gone', 'lasting', 2);

-- supabase/schemas/audit/kinds/bundled_refreshes.sql

-- Kind: bundled_refreshes
-- Means: one job refreshes several views in one transaction.
-- Why: one error undoes the refreshes of all of them.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('bundled_refreshes', 'warning', false, false, 'A job refreshes several views in one transaction: one error undoes them all.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    735, 'bundled_refreshes',
    'freshet.detect_bundled_refreshes()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- How a broken job is written is part of its alert.
    ('bundled_refreshes', 'failed', 'job', 10),
    ('bundled_refreshes', 'timed_out', 'job', 10);

-- supabase/schemas/audit/kinds/default_partition_used.sql

-- Kind: default_partition_used
-- Means: rows lie in a default partition, because the partition that they belong to is missing.
-- Why: a partition cannot be created while the default one holds its rows, and queries scan the default one as well.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('default_partition_used', 'warning', false, false, 'Rows lie in a default partition: the partition that they belong to is missing.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    750, 'default_partitions',
    'freshet.detect_default_partitions()',
    false
);

-- supabase/schemas/audit/kinds/detached.sql

-- Kind: detached
-- Means: a process still works for a run that pg_cron has ended.
-- Why: after an unscheduling or a restart of the scheduler the work goes on, unseen in the history.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('detached', 'warning', false, false, 'A run works on although pg_cron has ended it: its job was unscheduled or the scheduler restarted.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    520, 'detached',
    'freshet.detect_detached() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('detached', 'orphan_owner', 'lasting', 1),
    ('detached', 'scheduler_gone', 'lasting', 2),
    ('detached', 'restarted', 'once', 3);

-- supabase/schemas/audit/kinds/detector_failed.sql

-- Kind: detector_failed
-- Means: a part of the audit failed; what it looks for is not found, everything else is.
-- Detector: freshet.note_detector() and freshet.run_audit_pass() in audit/pass/; freshet.observe() in audit/incidents/
--      for a finding that cannot be written.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('detector_failed', 'error', false, false, 'A part of the audit failed: what it looks for is not found, everything else is.');

-- supabase/schemas/audit/kinds/duplicated.sql

-- Kind: duplicated
-- Means: the same work is scheduled more than once.
-- Why: a copied job doubles the load, and two refreshes of one view block each other.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('duplicated', 'warning', false, false, 'The same work is scheduled more than once.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    220, 'duplicated',
    'freshet.observe_findings(''duplicated'', array(select f from freshet.find_duplicated_jobs() as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted()',
    false
);

-- supabase/schemas/audit/kinds/edited.sql

-- Kind: edited
-- Means: a job differs from its declaration in schedule, command, owner or database.
-- Why: a change by hand is undone by the next migration, or should become one.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('edited', 'warning', false, false, 'A job differs from its declaration in schedule, command, owner or database.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    215, 'edited',
    'freshet.observe_findings(''edited'', array(select f from freshet.find_edited_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

-- supabase/schemas/audit/kinds/failed.sql

-- Kind: failed
-- Means: the last run of a job failed.
-- Why: runs that were struck from outside (no connection, a restart, an unscheduling) or cut off by their time limit
--      are reported by the detectors of those kinds.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('failed', 'error', true, true, 'A run of a job ended in failure.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    320, 'failed',
    'freshet.detect_failed($1)',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    ('failed', 'not_refreshable', 'job', 6),
    ('failed', 'refresh_denied', 'job', 6);

-- supabase/schemas/audit/kinds/flapping.sql

-- Kind: flapping
-- Means: a subject goes wrong and recovers again and again.
-- Detector: freshet.has_flapped() in audit/incidents/, asked by freshet.observe_one() before an incident opens.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('flapping', 'error', false, false, 'It goes wrong and recovers again and again: announced once, until it has been well for long.');

-- supabase/schemas/audit/kinds/history_bloat.sql

-- Kind: history_bloat
-- Means: the run history of pg_cron has grown too large.
-- Why: pg_cron has no purge of its own, and Freshet's deletes only its own runs by default (analytics.retention).
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('history_bloat', 'warning', false, false, 'The run history of pg_cron has grown out of bounds.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    120, 'history_bloat',
    'freshet.detect_history_bloat()',
    false
);

-- supabase/schemas/audit/kinds/history_lost.sql

-- Kind: history_lost
-- Means: run history that the audit relied on is gone: created again, restored, or deleted.
-- Detector: below for runs; freshet.note_lost_answers() in audit/http/ for answers of pg_net.
-- Why: runs that vanished before they were read can have ended in any way. Where the primary key was dropped, two rows
--      can have one runid, so a lookup by runid may find two.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('history_lost', 'warning', false, false, 'Run history that the audit relied on is gone: created again, restored, or deleted.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    800, 'history_lost',
    'freshet.detect_history_lost($3, $4)',
    true
);

-- supabase/schemas/audit/kinds/history_off.sql

-- Kind: history_off
-- Means: pg_cron does not log its runs.
-- Why: without history the audit sees no run at all.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('history_off', 'error', false, false, 'pg_cron does not log its runs: the audit sees nothing of them.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    110, 'history_off',
    'freshet.detect_history_off()',
    false
);

-- supabase/schemas/audit/kinds/http_failed.sql

-- Kind: http_failed
-- Means: a run queued its HTTP call, and the call failed.
-- Detector: freshet.detect_http_calls() in audit/http/, called by freshet.detect_http() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('http_failed', 'error', true, true, 'A run succeeded in queueing its HTTP call, and the call failed.');

-- supabase/schemas/audit/kinds/http_untracked.sql

-- Kind: http_untracked
-- Means: an HTTP call that bypassed the ledger failed.
-- Detector: below, with a row of its own, after freshet.detect_http() in audit/detectors/.
-- Why: pg_cron writes "succeeded" for such a job, and pg_net's answers do not name it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('http_untracked', 'error', false, false, 'An HTTP call that went past the ledger failed: pg_cron wrote "succeeded", and only pg_net knows.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1005, 'http_untracked',
    'freshet.detect_untracked_answers() where has_table_privilege(to_regclass(''net._http_response''), ''select'')',
    false
);

-- supabase/schemas/audit/kinds/inactive.sql

-- Kind: inactive
-- Means: a declared job is scheduled, but switched off.
-- Why: pg_cron logs nothing about an inactive job.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('inactive', 'error', false, false, 'A declared job is scheduled, but switched off.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    210, 'inactive',
    'freshet.observe_findings(''inactive'', array(select f from freshet.find_inactive_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

-- supabase/schemas/audit/kinds/infrastructure.sql

-- Kind: infrastructure
-- Means: pg_cron could not start or keep runs: no connection, no worker, or the connection was lost.
-- Why: every due job fails, for one reason that is not the job's.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('infrastructure', 'error', false, false, 'pg_cron could not start or keep a run: no connection, no worker, or the connection was lost.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    310, 'infrastructure',
    'freshet.detect_infrastructure($1)',
    true
);

-- supabase/schemas/audit/kinds/lock_wait.sql

-- Kind: lock_wait
-- Means: sessions wait for a lock on a view, or a session holds one for too long.
-- Why: readers hang behind it, and refreshes are skipped as busy without a failure.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('lock_wait', 'warning', false, true, 'Sessions wait for a lock on a view, or one holds it for too long.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    730, 'lock_wait',
    'freshet.detect_lock_wait()',
    false
);

-- supabase/schemas/audit/kinds/locking_refresh.sql

-- Kind: locking_refresh
-- Means: a job refreshes a view plainly although it could be refreshed concurrently.
-- Detector: freshet.detect_refreshes() in audit/detectors/.
-- Why: a plain refresh makes every reader wait.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('locking_refresh', 'warning', false, false, 'A job makes the readers of a view wait, although the view could be refreshed concurrently.');

-- supabase/schemas/audit/kinds/missed.sql

-- Kind: missed
-- Means: a job was due and did not start.
-- Why: a missed slot leaves no row in the history; only the calendar shows it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('missed', 'error', false, true, 'A job was due and did not start.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    600, 'missed',
    'freshet.detect_missed($1, $2)',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('missed', 'orphan_owner', 'owner', 1),
    ('missed', 'read_only', 'lasting', 1),
    ('missed', 'scheduler_gone', 'lasting', 2),
    ('missed', 'infrastructure', 'struck', 4),
    ('missed', 'history_off', 'lasting', 5),
    ('missed', 'stuck', 'job', 7);

-- supabase/schemas/audit/kinds/missing.sql

-- Kind: missing
-- Means: a declared job is not scheduled.
-- Why: a job has only one of missing, inactive, edited and renamed at a time, so that one change is one incident.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('missing', 'error', false, false, 'A declared job is not scheduled.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    200, 'missing',
    'freshet.observe_findings(''missing'', array(select f from freshet.find_missing_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

-- supabase/schemas/audit/kinds/near_timeout.sql

-- Kind: near_timeout
-- Means: runs of a job take more than 70 % of their time limit.
-- Why: a warning before the job is cut off.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('near_timeout', 'warning', false, true, 'Runs of a job take more than 70 % of the time that they are allowed.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    430, 'near_timeout',
    'freshet.detect_near_timeout()',
    true
);

-- supabase/schemas/audit/kinds/net_open.sql

-- Kind: net_open
-- Means: a role that logs in reaches pg_net, which is open to every role.
-- Detector: freshet.detect_net_access() in audit/detectors/.
-- Why: it can read, send and stop HTTP calls.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('net_open', 'info', false, false, 'A role that logs in reaches pg_net, which is open to every role: it can read, send and stop HTTP calls.');

-- supabase/schemas/audit/kinds/net_tampered.sql

-- Kind: net_tampered
-- Means: a foreign trigger stands on a table of pg_net.
-- Detector: freshet.detect_net_access() in audit/detectors/.
-- Why: it runs with the rights of the role that queues, so HTTP jobs refuse to call; and it may change answers.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('net_tampered', 'fatal', false, false, 'A trigger stands on a table of pg_net that is not pg_net''s own: HTTP jobs refuse to call, or answers are changed.');

-- supabase/schemas/audit/kinds/net_worker_gone.sql

-- Kind: net_worker_gone
-- Means: pg_net does not send.
-- Detector: below, called by freshet.detect_http() in audit/detectors/.
-- Why: HTTP jobs succeed and nothing leaves the database.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('net_worker_gone', 'fatal', false, false, 'pg_net does not send: HTTP jobs succeed and nothing leaves the database.');

-- supabase/schemas/audit/kinds/never_fires.sql

-- Kind: never_fires
-- Means: no minute ever fits the schedule of a job.
-- Why: pg_cron accepts such a schedule, and the job never runs and never fails.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('never_fires', 'error', false, false, 'No minute ever fits the schedule of a job.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    240, 'never_fires',
    'freshet.observe_findings(''never_fires'', array(select f from freshet.find_never_firing($2) as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted() and $2 is not null',
    false
);

-- supabase/schemas/audit/kinds/not_refreshable.sql

-- Kind: not_refreshable
-- Means: a registered view is gone, or has lost what a concurrent refresh needs.
-- Why: every refresh of it fails from now on, and its schedule may be far away.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('not_refreshable', 'error', false, false, 'A view has lost what a concurrent refresh needs.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    710, 'not_refreshable',
    'freshet.detect_not_refreshable()',
    false
);

-- supabase/schemas/audit/kinds/not_refreshed.sql

-- Kind: not_refreshed
-- Means: a refresh is recorded as succeeded, and the view was not touched.
-- Detector: freshet.watch_views() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('not_refreshed', 'error', false, false, 'A refresh is recorded as succeeded, but the view was not touched.');

-- supabase/schemas/audit/kinds/orphan_owner.sql

-- Kind: orphan_owner
-- Means: jobs belong to a role that does not exist.
-- Why: the scheduler of pg_cron crashes on them, and every job stops.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('orphan_owner', 'fatal', false, false, 'Jobs belong to a role that does not exist: the scheduler of pg_cron crashes on them, and every job stops.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    230, 'orphan_owner',
    'freshet.observe_findings(''orphan_owner'', array(select f from freshet.find_orphan_owners() as f), array(select distinct freshet.short_name(j.owner) from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted()',
    false
);

-- supabase/schemas/audit/kinds/pile_up.sql

-- Kind: pile_up
-- Means: runs of a job last longer than its period, so that they queue.
-- Why: the job falls behind further with each run.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('pile_up', 'warning', false, true, 'Runs of a job last longer than its period, so that they queue.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    420, 'pile_up',
    'freshet.detect_pile_up($1)',
    true
);

-- supabase/schemas/audit/kinds/read_only.sql

-- Kind: read_only
-- Means: transactions are read-only by default for the jobs of this database.
-- Why: a job's writes fail, and pg_cron cannot write its history.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('read_only', 'fatal', false, false, 'Transactions are read-only by default: writes of jobs fail, and pg_cron cannot write its history.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    700, 'read_only',
    'freshet.detect_read_only()',
    false
);

-- supabase/schemas/audit/kinds/refresh_denied.sql

-- Kind: refresh_denied
-- Means: a job refreshes a view that its role may not refresh.
-- Detector: freshet.detect_refreshes() in audit/detectors/.
-- Why: every run of it fails.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('refresh_denied', 'error', false, false, 'A job refreshes a view that its role does not own: every run of it fails.');

-- supabase/schemas/audit/kinds/renamed.sql

-- Kind: renamed
-- Means: a declared job is not scheduled, and its work is, under an undeclared name.
-- Why: a new name is one change by hand, and neither a missing job nor a stranger.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('renamed', 'warning', false, false, 'A declared job is not scheduled, but its work is, under an undeclared name.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    205, 'renamed',
    'freshet.observe_findings(''renamed'', array(select f from freshet.find_renamed_jobs() as f), array(select d.job_name from analytics.scheduled_jobs as d)) where freshet.is_audit_sighted()',
    false
);

-- supabase/schemas/audit/kinds/restarted.sql

-- Kind: restarted
-- Means: the server or its scheduler restarted while jobs ran.
-- Why: those runs are lost, for one reason that is not the job's.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('restarted', 'warning', false, false, 'The server or its scheduler restarted while jobs ran: those runs are lost.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    300, 'restarted',
    'freshet.detect_restarts($1)',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('restarted', 'orphan_owner', 'lasting', 1),
    ('restarted', 'read_only', 'lasting', 1);

-- supabase/schemas/audit/kinds/row_collapse.sql

-- Kind: row_collapse
-- Means: a refresh left a view with less than half of its rows, or none.
-- Detector: freshet.watch_views() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('row_collapse', 'warning', false, false, 'A refresh left a view with less than half of its rows, or none.');

-- supabase/schemas/audit/kinds/scheduler_gone.sql

-- Kind: scheduler_gone
-- Means: the scheduler process of pg_cron does not run.
-- Why: no job starts, and nothing is logged about it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('scheduler_gone', 'fatal', false, false, 'The scheduler process of pg_cron does not run: no job starts.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    100, 'scheduler_gone',
    'freshet.detect_scheduler_gone()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('scheduler_gone', 'orphan_owner', 'lasting', 1),
    ('scheduler_gone', 'read_only', 'lasting', 1);

-- supabase/schemas/audit/kinds/secret_missing.sql

-- Kind: secret_missing
-- Means: a secret that HTTP jobs need is not in Vault, or cannot be right.
-- Why: calls are signed with a secret that the database makes itself, so no API key can be missing: only the project's
--      address and that secret.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('secret_missing', 'fatal', false, false, 'A secret that HTTP jobs need is not in Vault, or cannot be right.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    1020, 'secrets',
    'freshet.detect_secrets()',
    false
);

-- supabase/schemas/audit/kinds/source_stopped.sql

-- Kind: source_stopped
-- Means: a view is refreshed, but its newest source row is too old.
-- Why: the refresh succeeds; the writer of the source has stopped.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('source_stopped', 'error', false, false, 'A view is refreshed, but its newest source row is too old: the writer of the source has stopped.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    725, 'source_stopped',
    'freshet.detect_source_stopped()',
    false
);

-- supabase/schemas/audit/kinds/stale.sql

-- Kind: stale
-- Means: the rows of a view are older than its objective.
-- Why: readers care about the age of the rows, whatever its cause. An age that grew before the first pass is not
--      reported. If it keeps growing, it is reported one objective, or one limit, after that pass. The alert gives the
--      whole age.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('stale', 'error', false, true, 'The rows of a view are older than its objective.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    900, 'stale',
    'freshet.detect_stale()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('stale', 'orphan_owner', 'owner', 1),
    ('stale', 'read_only', 'lasting', 1),
    ('stale', 'scheduler_gone', 'lasting', 2),
    ('stale', 'infrastructure', 'struck', 4),
    -- A time in which nothing was started leaves views old, and so does a job that does not do its work.
    ('stale', 'missed', 'once', 8),
    ('stale', 'failed', 'job', 9),
    ('stale', 'http_failed', 'job', 9),
    ('stale', 'inactive', 'job', 9),
    ('stale', 'missing', 'job', 9),
    ('stale', 'not_refreshable', 'job', 9),
    ('stale', 'stuck', 'job', 9),
    ('stale', 'timed_out', 'job', 9);

-- supabase/schemas/audit/kinds/storm.sql

-- Kind: storm
-- Means: several incidents with one cause, announced as one; its severity is the highest of theirs.
-- Detector: freshet.gather_groups() in audit/alerts/, when incidents are announced.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('storm', 'warning', false, false, 'Several incidents with one cause, announced as one: its severity is the highest of theirs.');

-- supabase/schemas/audit/kinds/stuck.sql

-- Kind: stuck
-- Means: a run has not ended within the time that its job may take.
-- Why: a run that hangs has no end to judge, and the next ones wait for it.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('stuck', 'error', false, false, 'A run has not ended within the time that its job may take.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    510, 'stuck',
    'freshet.detect_stuck() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')',
    true
);

-- supabase/schemas/audit/kinds/timed_out.sql

-- Kind: timed_out
-- Means: the last run of a job was cancelled by its statement timeout.
-- Why: a run that was cut off needs another repair than one that failed.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('timed_out', 'error', true, true, 'A run of a job was cancelled by its statement timeout.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    410, 'timed_out',
    'freshet.detect_timed_out($1)',
    true
);

-- supabase/schemas/audit/kinds/timezone_ignored.sql

-- Kind: timezone_ignored
-- Means: cron.timezone is set, and this pg_cron does not support it.
-- Why: jobs run by GMT, at other hours than the setting says.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('timezone_ignored', 'warning', false, false, 'cron.timezone is set, but this pg_cron does not support it: jobs run by GMT.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    705, 'timezone_ignored',
    'freshet.detect_timezone_ignored()',
    false
);

-- supabase/schemas/audit/kinds/too_fast.sql

-- Kind: too_fast
-- Means: a run succeeded in much less time than its work takes.
-- Why: a run that ends too soon has probably not done its work.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('too_fast', 'warning', false, true, 'A run succeeded in much less time than its work takes.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    440, 'too_fast',
    'freshet.detect_too_fast($1)',
    true
);

-- supabase/schemas/audit/kinds/undeclared.sql

-- Kind: undeclared
-- Means: a job is scheduled without a declaration.
-- Why: only a declared job can be found missing or edited.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('undeclared', 'info', false, false, 'A job is scheduled that was not declared.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    225, 'undeclared',
    'freshet.observe_findings(''undeclared'', array(select f from freshet.find_undeclared_jobs() as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    ('undeclared', 'bundled_refreshes', 'job', 11),
    ('undeclared', 'failed', 'job', 11),
    ('undeclared', 'http_failed', 'job', 11),
    ('undeclared', 'missed', 'job', 11),
    ('undeclared', 'near_timeout', 'job', 11),
    ('undeclared', 'never_fires', 'job', 11),
    ('undeclared', 'pile_up', 'job', 11),
    ('undeclared', 'stuck', 'job', 11),
    ('undeclared', 'timed_out', 'job', 11),
    ('undeclared', 'too_fast', 'job', 11),
    ('undeclared', 'unknown_outcome', 'job', 11),
    ('undeclared', 'unset_timeout', 'job', 11),
    ('undeclared', 'wrong_host', 'job', 11),
    ('undeclared', 'zombie', 'job', 11);

-- supabase/schemas/audit/kinds/unknown_outcome.sql

-- Kind: unknown_outcome
-- Means: neither an answer nor a completion is known of an HTTP call.
-- Detector: freshet.detect_http_calls() in audit/http/, called by freshet.detect_http() in audit/detectors/.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unknown_outcome', 'warning', true, true, 'The outcome of an HTTP call is unknown: no answer was stored, and no completion written.');

-- supabase/schemas/audit/kinds/unpopulated.sql

-- Kind: unpopulated
-- Means: a view has no rows to read, not even old ones.
-- Why: every read of it fails.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unpopulated', 'error', false, false, 'A view has no rows to read, not even old ones: every read of it fails.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    715, 'unpopulated',
    'freshet.detect_unpopulated()',
    false
);

-- supabase/schemas/audit/kinds/unrefreshed.sql

-- Kind: unrefreshed
-- Means: no job refreshes these materialized views.
-- Detector: freshet.detect_refreshes() in audit/detectors/ calls the one below.
-- Why: their rows are as old as the last refresh by hand, and no error says so.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unrefreshed', 'warning', false, false, 'Materialized views that no job refreshes: their rows are as old as the last refresh by hand.');

-- supabase/schemas/audit/kinds/unset_timeout.sql

-- Kind: unset_timeout
-- Means: a job refreshes a view without a statement timeout in its command.
-- Why: pg_cron does not apply the timeout of a function, so a refresh could run without end.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('unset_timeout', 'warning', false, false, 'A job refreshes a view without a statement timeout in its command.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    740, 'unset_timeout',
    'freshet.detect_unset_timeout()',
    false
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- How a broken job is written is part of its alert.
    ('unset_timeout', 'failed', 'job', 10),
    ('unset_timeout', 'timed_out', 'job', 10);

-- supabase/schemas/audit/kinds/wrong_host.sql

-- Kind: wrong_host
-- Means: a job calls another project than this one.
-- Why: after a clone or a restore a job still calls the project that it came from.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('wrong_host', 'error', false, false, 'A job calls another project than this one.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    235, 'wrong_host',
    'freshet.observe_findings(''wrong_host'', array(select f from freshet.find_wrong_hosts() as f), array(select j.job_name from freshet.known_cron_jobs() as j)) where freshet.is_audit_sighted() and to_regclass(''vault.decrypted_secrets'') is not null',
    false
);

-- supabase/schemas/audit/kinds/zombie.sql

-- Kind: zombie
-- Means: a run that has not ended has no process any more.
-- Why: its row stays open for ever, and pg_cron says nothing.
insert into analytics.alert_kinds (kind, severity, has_job_thresholds, can_flap, summary)
values ('zombie', 'warning', false, false, 'A run that has not ended has no process any more: it was lost.');

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    500, 'zombie',
    'freshet.detect_zombies() where pg_has_role(current_user, ''pg_read_all_stats'', ''usage'')',
    true
);

insert into analytics.alert_causes (kind, cause, reach, rank)
values
    -- A job without an owner keeps the scheduler in a crash loop.
    ('zombie', 'orphan_owner', 'lasting', 1),
    ('zombie', 'restarted', 'once', 3);

-- supabase/schemas/audit/pass/analytics_cron_audit.sql

-- Object: job analytics-cron-audit
-- Why: the auditor is a job like any other, declared and watched; it is also the canary by which the audit notices that
--      it sees nothing.
select analytics.register_job(
    job_name => 'analytics-cron-audit',
    schedule => '*/5 * * * *',
    command => $job$select analytics.invoke_function('cron-audit', jsonb_build_object('scheduled_at', now()))$job$,
    late_after => '5 minutes',
    max_runtime => '2 minutes'
);

-- supabase/schemas/audit/purge/purge_history.sql

-- Hourly, so that a batch is small: 20,000 runs an hour is more than 300 jobs make that run every minute.
select analytics.register_job(
    job_name => 'analytics-purge',
    schedule => '47 * * * *',
    command => $job$set statement_timeout = '60s'; set lock_timeout = '5s'; select freshet.purge_history()$job$,
    late_after => '15 minutes',
    max_runtime => '2 minutes'
);

-- supabase/schemas/audit/purge/retention.sql

insert into analytics.retention (history, keep_for)
values
    ('runs', '14 days'),
    ('refresh_log', '90 days'),
    ('http_calls', '30 days'),
    ('outbox', '30 days'),
    ('incidents', '365 days'),
    ('refresh_requests', '30 days');

-- supabase/schemas/audit/runs/audit_state.sql

-- Runs from before the audit existed are not judged.
insert into analytics.audit_state (system_identifier, history_relation, low_runid)
select freshet.system_identifier(), 'cron.job_run_details'::regclass::oid, coalesce(max(d.runid), 0)
from cron.job_run_details as d;

-- supabase/schemas/audit/runs/note_pace.sql

insert into analytics.audit_detectors (place, detector, call, needs_history)
values (
    400, 'pace',
    'freshet.note_pace($1)',
    true
);

reset check_function_bodies;

-- Object: private.announce_incidents() (replaced), private.name_members(), private.group_evidence(), private.tell_again()
-- Why: the event of a cause names what it speaks for, so that nothing is silent because something else is wrong. What
--      joins later is named too: the cause is told again, in its issue.

create function private.name_members(cause analytics.incidents, transition text)
returns analytics.incidents
language plpgsql
set search_path = ''
as $$
declare
    members bigint[];
    named jsonb;
begin
    -- What is new and what goes on; at its end also what was over since it was told last.
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
        named := named || private.group_evidence(members);
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
revoke all on function private.name_members(analytics.incidents, text) from public, anon, authenticated;
comment on function private.name_members(analytics.incidents, text) is
    'Writes into the evidence of an incident what it speaks for, notes that it was named, and returns the incident.';

create function private.group_evidence(members bigint[])
returns jsonb
language sql
stable
set search_path = ''
as $$
    with member as (
        select
            i.*, i.evidence ->> 'sqlstate' as sqlstate,
            left(split_part(btrim(i.evidence ->> 'message', E' \r\n'), E'\n', 1), 500) as said,
            row_number() over (partition by private.alert_family(i) order by i.incident_id) as place
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
        -- One of each sort stands for the others.
        'messages', to_jsonb((array_agg(m.said order by m.incident_id) filter (where m.place = 1 and m.said <> ''))[1:10])
    ))
    from member as m;
$$;
revoke all on function private.group_evidence(bigint[]) from public, anon, authenticated;
comment on function private.group_evidence(bigint[]) is 'What a group says of its members: how many of which kind, of which jobs, and a message of each sort.';

create function private.tell_again()
returns bigint[]
language plpgsql
set search_path = ''
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
            and not private.is_muted(c)
            and exists (select from analytics.incidents as i where i.cause_id = c.incident_id and i.named_at is null)
        order by c.incident_id
    loop
        select i.severity into worst
        from analytics.incidents as i
        where i.cause_id = cause.incident_id and (i.closed_at is null or i.named_at is null)
        order by private.severity_rank(i.severity) desc
        limit 1;
        -- More of the same can wait for half an hour, so that a cause which goes on is no stream of events. Worse cannot.
        continue when cause.announced_at > clock_timestamp() - interval '30 minutes'
            and private.severity_rank(worst) <= private.severity_rank(cause.severity);

        update analytics.incidents as c
        set closed_at = clock_timestamp(), resolution = 'escalated', recovery_announced_at = clock_timestamp()
        where c.incident_id = cause.incident_id;
        insert into analytics.incidents (
            epoch, kind, subject, severity, job_name, opened_at, first_seen_at, last_seen_at, occurrence_count, evidence
        )
        values (
            cause.epoch, cause.kind, cause.subject,
            case when private.severity_rank(worst) > private.severity_rank(cause.severity) then worst else cause.severity end,
            cause.job_name, cause.opened_at, cause.first_seen_at, cause.last_seen_at, cause.occurrence_count, cause.evidence
        )
        returning incident_id into again_id;
        update analytics.incidents as i set cause_id = again_id where i.cause_id = cause.incident_id;
        again := again || again_id;
    end loop;
    return again;
end
$$;
revoke all on function private.tell_again() from public, anon, authenticated;
comment on function private.tell_again() is
    'Lets causes that were told and speak for more since go on as new incidents, which name all of it, and returns those. The old ones end as escalated.';

create or replace function private.announce_incidents(pass_started_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    is_first constant boolean := coalesce((select s.judged_since = pass_started_at from analytics.audit_state as s), false);
    news bigint[];
    again bigint[];
    told analytics.incidents;
begin
    perform private.gather_causes(pass_started_at);

    -- One that opened and closed within the pass is news too. One that closed while it was muted stays untold.
    select coalesce(array_agg(i.incident_id order by i.incident_id), '{}') into news
    from analytics.incidents as i
    where i.announced_at is null
        and i.cause_id is null
        and (
            i.closed_at is null
            or i.closed_at >= pass_started_at and not private.waits_a_pass(i.kind)
        )
        and (is_first or i.opened_at < pass_started_at or not private.waits_a_pass(i.kind))
        and not private.is_muted(i);
    perform private.gather_groups(news, is_first);
    again := private.tell_again();

    for told in
        select i.*
        from analytics.incidents as i
        where i.announced_at is null
            and i.cause_id is null
            and (i.incident_id = any (news || again) or i.kind = 'storm' and i.closed_at is null)
        order by i.incident_id
    loop
        told := private.name_members(told, 'opened');
        -- A group that one incident began goes on in the issue of that one.
        told.fingerprint := coalesce(told.evidence ->> 'issue', told.fingerprint);
        perform private.enqueue_alert(told, 'opened');
        update analytics.incidents as i set announced_at = clock_timestamp() where i.incident_id = told.incident_id;
    end loop;

    -- What speaks for others is over when all of them are.
    update analytics.incidents as c
    set closed_at = clock_timestamp(), resolution = 'recovered'
    where c.kind = 'storm'
        and c.closed_at is null
        and not exists (select from analytics.incidents as i where i.cause_id = c.incident_id and i.closed_at is null);

    for told in
        select i.*
        from analytics.incidents as i
        where i.closed_at is not null
            and i.announced_at is not null
            and i.recovery_announced_at is null
        order by i.incident_id
    loop
        -- One that got worse is not over: another incident goes on with it. Nor is one that a group has taken over.
        if told.resolution <> 'escalated' and told.cause_id is null then
            told := private.name_members(told, 'recovered');
            told.fingerprint := coalesce(told.evidence ->> 'issue', told.fingerprint);
            perform private.enqueue_alert(told, 'recovered');
        end if;
        update analytics.incidents as i set recovery_announced_at = clock_timestamp() where i.incident_id = told.incident_id;
    end loop;
end
$$;
comment on function private.announce_incidents(timestamptz) is
    'Writes the alerts for what opened and closed. Idempotent: each transition of an incident is told once, by itself or by the event of its cause.';

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

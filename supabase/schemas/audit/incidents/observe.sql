-- Object: private.observe()
-- Why: the one state machine behind every detector. A detector only says how a subject stands; whether that is news is
--      decided here, from streaks and thresholds.
create function private.observe(
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
    if observe.state = 'ok' and private.is_still_running(observe.kind, observe.subject) then
        return;
    end if;

    insert into analytics.findings as f (
        kind, subject, state, since, bad_streak, good_streak, last_observed_at, evidence
    )
    values (
        observe.kind, observe.subject, observe.state, coalesce(seen_since, observed_at),
        case observe.state when 'bad' then weight else 0 end,
        case observe.state when 'ok' then weight else 0 end,
        observed_at, observe.evidence
    )
    on conflict on constraint findings_pkey do update
    set state = excluded.state,
        since = case when f.state = excluded.state then f.since else excluded.since end,
        bad_streak = case excluded.state when 'bad' then f.bad_streak + weight when 'ok' then 0 else f.bad_streak end,
        good_streak = case excluded.state when 'ok' then f.good_streak + weight when 'bad' then 0 else f.good_streak end,
        last_observed_at = excluded.last_observed_at,
        evidence = excluded.evidence
    returning * into finding;

    select * into strict declared_kind from analytics.alert_kinds as k where k.kind = observe.kind;
    select * into job
    from analytics.scheduled_jobs as j
    where j.job_name = observe.evidence ->> 'job'
        -- Another owner's job of this name has nothing to do with the declaration.
        and j.owner = coalesce(observe.evidence ->> 'owner', j.owner);
    if declared_kind.has_job_thresholds then
        failure_threshold := coalesce(job.failure_threshold, 1);
    end if;
    level := coalesce(job.severity, observe.evidence ->> 'severity', declared_kind.severity);

    if observe.state = 'bad' then
        -- What was over for a moment within this pass goes on: it is told neither as over nor as new.
        update analytics.incidents as i
        set closed_at = null, resolution = null, closed_in_pass = null
        where declared_kind.has_job_thresholds
            and i.kind = observe.kind and i.subject = observe.subject and i.closed_in_pass = this_pass
            and i.resolution = 'recovered' and i.recovery_announced_at is null
            and i.incident_id = (
                select max(n.incident_id) from analytics.incidents as n where n.kind = observe.kind and n.subject = observe.subject
            );

        -- What has got worse is news: another incident says so, and the milder one ends without a word.
        update analytics.incidents as i
        set closed_at = clock_timestamp(), resolution = 'escalated', closed_in_pass = this_pass
        where i.kind = observe.kind and i.subject = observe.subject and i.closed_at is null
            and private.severity_rank(level) > private.severity_rank(i.severity);

        update analytics.incidents as i
        set occurrence_count = i.occurrence_count + weight,
            last_seen_at = observed_at,
            evidence = case i.kind
                when 'flapping' then private.flapping_evidence(observe.kind, observe.evidence) else observe.evidence
            end
        where i.subject = observe.subject and i.closed_at is null
            and (
                i.kind = observe.kind
                or i.kind = 'flapping' and i.evidence ->> 'of_kind' = observe.kind
                    and private.severity_rank(level) <= private.severity_rank(i.severity)
            );

        if not found and finding.bad_streak >= failure_threshold then
            is_flapping := private.has_flapped(observe.kind, observe.subject, observe.evidence);
            insert into analytics.incidents (
                epoch, kind, subject, severity, job_name, opened_at, first_seen_at, last_seen_at,
                occurrence_count, evidence, opened_in_pass
            )
            select
                s.epoch, case when is_flapping then 'flapping' else observe.kind end, observe.subject, level,
                observe.evidence ->> 'job', clock_timestamp(), finding.since, observed_at,
                finding.bad_streak,
                case when is_flapping then private.flapping_evidence(observe.kind, observe.evidence) else observe.evidence end,
                this_pass
            from analytics.audit_state as s;
        end if;
    elsif observe.state = 'ok' and finding.good_streak >= private.recovery_threshold(
        observe.kind,
        -- A good observation need not repeat what the incident is about.
        coalesce(
            (
                select i.evidence from analytics.incidents as i
                where i.kind = observe.kind and i.subject = observe.subject and i.closed_at is null
            ),
            observe.evidence
        )
    ) then
        update analytics.incidents as i
        set closed_at = clock_timestamp(), resolution = 'recovered', closed_in_pass = this_pass
        where i.kind = observe.kind and i.subject = observe.subject and i.closed_at is null
            and private.may_close(i);
    end if;
end
$$;

revoke all on function private.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) from public, anon, authenticated;

comment on function private.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) is
    'Records that a subject was seen in a state (weight times in a row, seen_since the first of them), and opens or closes its incident: one step for each subject and pass. evidence.job names the job, evidence.owner its owner where two share the name; evidence.severity, where given, counts before that of the kind. Not idempotent: it counts.';

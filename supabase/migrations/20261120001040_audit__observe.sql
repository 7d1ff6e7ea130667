-- Object: private.observe(), private.severity_rank(), private.withdraw_subjects()
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
set search_path = ''
as $$
declare
    finding analytics.findings;
    declared_kind analytics.alert_kinds;
    job analytics.scheduled_jobs;
    failure_threshold integer := 1;
    recovery_threshold integer := 1;
    level text;
begin
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
    select * into job from analytics.scheduled_jobs as j where j.job_name = observe.evidence ->> 'job';
    if declared_kind.has_job_thresholds then
        failure_threshold := coalesce(job.failure_threshold, 1);
        recovery_threshold := coalesce(job.recovery_threshold, 1);
    end if;

    level := coalesce(job.severity, observe.evidence ->> 'severity', declared_kind.severity);

    if observe.state = 'bad' then
        -- What has got worse is news: another incident says so, and the milder one ends without a word.
        update analytics.incidents as i
        set closed_at = clock_timestamp(), resolution = 'escalated'
        where i.kind = observe.kind and i.subject = observe.subject and i.closed_at is null
            and private.severity_rank(level) > private.severity_rank(i.severity);

        update analytics.incidents as i
        set occurrence_count = i.occurrence_count + weight,
            last_seen_at = observed_at,
            evidence = observe.evidence
        where i.kind = observe.kind and i.subject = observe.subject and i.closed_at is null;

        if not found and finding.bad_streak >= failure_threshold then
            insert into analytics.incidents (
                epoch, kind, subject, severity, job_name, opened_at, first_seen_at, last_seen_at,
                occurrence_count, evidence
            )
            select
                s.epoch, observe.kind, observe.subject, level,
                observe.evidence ->> 'job', clock_timestamp(), finding.since, observed_at,
                finding.bad_streak, observe.evidence
            from analytics.audit_state as s;
        end if;
    elsif observe.state = 'ok' and finding.good_streak >= recovery_threshold then
        update analytics.incidents as i
        set closed_at = clock_timestamp(), resolution = 'recovered'
        where i.kind = observe.kind and i.subject = observe.subject and i.closed_at is null;
    end if;
end
$$;
revoke all on function private.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) from public, anon, authenticated;
comment on function private.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) is
    'Records that a subject was seen in a state (weight times in a row, seen_since the first of them), and opens or closes its incident. evidence.job names the job; evidence.severity, where given, counts before that of the kind. Not idempotent: it counts.';

create function private.severity_rank(severity text)
returns integer
language sql
immutable
set search_path = ''
as $$
    select array_position(array['info', 'warning', 'error', 'fatal'], severity);
$$;
revoke all on function private.severity_rank(text) from public, anon, authenticated;
comment on function private.severity_rank(text) is 'Severities in order: 1 is info, 4 fatal.';

create function private.withdraw_subjects(kind text, known_subjects text[])
returns void
language sql
set search_path = ''
as $$
    update analytics.incidents as i
    set closed_at = clock_timestamp(), resolution = 'withdrawn'
    where i.kind = withdraw_subjects.kind and i.closed_at is null and i.subject <> all (known_subjects);

    delete from analytics.findings as f
    where f.kind = withdraw_subjects.kind and f.subject <> all (known_subjects);
$$;
revoke all on function private.withdraw_subjects(text, text[]) from public, anon, authenticated;
comment on function private.withdraw_subjects(text, text[]) is
    'Closes what is open about subjects that no longer exist: nothing could ever recover them. Idempotent.';

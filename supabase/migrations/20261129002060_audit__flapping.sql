-- Object: analytics.incidents.opened_in_pass, closed_in_pass, analytics.alert_kinds.can_flap, private.flapping_window(),
--         private.has_flapped(), private.flapping_evidence(), private.is_still_running(), private.may_close(),
--         private.observe() (replaced), private.withdraw_subjects() (replaced)
-- Why: a pass reads what happened in five minutes, and a job may have failed and recovered in them more than once. That is
--      told as one step, from how it stood to how it stands. What opens a third time within its window is one incident of
--      kind flapping, told once, until it has been well for long.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('flapping', 'error', false, 'It goes wrong and comes right again and again: told once, until it has been well for long.');

alter table analytics.alert_kinds add column can_flap boolean not null default false;
comment on column analytics.alert_kinds.can_flap is 'Whether a third incident of a subject within its window opens as flapping. Never a kind that speaks for others.';
update analytics.alert_kinds
set can_flap = true
where kind in (
    'failed', 'timed_out', 'http_failed', 'unknown_outcome', 'stale', 'missed', 'near_timeout', 'pile_up', 'too_fast',
    'lock_wait', 'answer_failed'
);

alter table analytics.incidents
    add column opened_in_pass bigint not null default -1,
    add column closed_in_pass bigint;
create index incidents_subject_idx on analytics.incidents (kind, subject, opened_at);
comment on column analytics.incidents.opened_in_pass is 'audit_state.pass_count of that moment: of the kinds that are seen once a run, what opens in a pass does not close in it.';
comment on column analytics.incidents.closed_in_pass is 'audit_state.pass_count of that moment: what closes in a pass and goes wrong again in it was never over.';

create function private.flapping_window(evidence jsonb)
returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select greatest(interval '2 hours', 6 * private.period_of_job(evidence ->> 'job'));
$$;
revoke all on function private.flapping_window(jsonb) from public, anon, authenticated;
comment on function private.flapping_window(jsonb) is
    'Three openings within it are flapping; half of it without trouble ends that, so that what begins it also keeps it up.';

create function private.has_flapped(kind text, subject text, evidence jsonb)
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
                and i.opened_at > clock_timestamp() - private.flapping_window(has_flapped.evidence)
        ) >= 2
        -- One of another kind has the name already: two kinds that flap are told apart.
        and not exists (
            select
            from analytics.incidents as f
            where f.kind = 'flapping' and f.subject = has_flapped.subject and f.closed_at is null
        );
$$;
revoke all on function private.has_flapped(text, text, jsonb) from public, anon, authenticated;
comment on function private.has_flapped(text, text, jsonb) is
    'Whether an incident of this kind would be the third of its subject within the window.';

create function private.flapping_evidence(kind text, evidence jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select evidence || jsonb_build_object(
        'of_kind', kind,
        'message', concat_ws(
            ': ', format('%s again and again within %s minutes, the last time', kind, round(extract(epoch from private.flapping_window(evidence)) / 60)),
            evidence ->> 'message'
        )
    );
$$;
revoke all on function private.flapping_evidence(text, jsonb) from public, anon, authenticated;
comment on function private.flapping_evidence(text, jsonb) is 'What is said of a subject that flaps: of which kind, and the last time.';

create function private.is_still_running(kind text, subject text)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select kind in ('stuck', 'detached', 'zombie') and exists (
        select
        from analytics.incidents as i
        join private.cron_backends() as b
            on b.pid = (i.evidence ->> 'pid')::integer
            -- A process that is younger than the run has only inherited its number.
            and b.started_at <= coalesce((i.evidence ->> 'started_at')::timestamptz, i.first_seen_at) + interval '30 seconds'
        where i.kind = is_still_running.kind
            and i.subject = is_still_running.subject
            and i.closed_at is null
            and not b.is_scheduler
            and b.is_busy
    );
$$;
revoke all on function private.is_still_running(text, text) from public, anon, authenticated;
comment on function private.is_still_running(text, text) is
    'Whether the process that an open incident names still works: however its row or its job stands, that is not over.';

create function private.may_close(incident analytics.incidents)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select
        -- Of several runs in one pass the first that failed is told first; private.settle_incidents() closes it in the next.
        (
            incident.opened_in_pass <> (select s.pass_count from analytics.audit_state as s)
            or exists (select from analytics.alert_kinds as k where k.kind = incident.kind and not k.has_job_thresholds)
        )
        -- What speaks for others keeps its kind. When it comes again and again it is over after half an hour of quiet.
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
revoke all on function private.may_close(analytics.incidents) from public, anon, authenticated;
comment on function private.may_close(analytics.incidents) is 'Whether an incident that is no longer bad may be over by now.';

create or replace function private.observe(
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
comment on function private.observe(text, text, text, timestamptz, jsonb, bigint, timestamptz) is
    'Records that a subject was seen in a state (weight times in a row, seen_since the first of them), and opens or closes its incident: one step for each subject and pass. evidence.job names the job, evidence.owner its owner where two share the name; evidence.severity, where given, counts before that of the kind. Not idempotent: it counts.';

create or replace function private.withdraw_subjects(kind text, known_subjects text[])
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
        and not private.is_still_running(i.kind, i.subject);

    delete from analytics.findings as f
    where f.kind = withdraw_subjects.kind
        and f.subject <> all (known_subjects)
        -- Left for as long as its process works: it is observed until that ends.
        and not private.is_still_running(f.kind, f.subject);
$$;

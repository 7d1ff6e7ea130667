-- Object: private.audit_finding, private.observe_findings(), private.detect_declared_state()
-- Why: what ought to be scheduled, held against cron.job. Each private.find_*() says what is wrong at this moment and
--      nothing else; the same step turns all of them into findings that open, count and close.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values
    ('missing', 'error', false, 'A declared job is not scheduled.'),
    ('inactive', 'error', false, 'A declared job is scheduled, but switched off.'),
    ('edited', 'warning', false, 'A job is not as it was declared: its schedule, command, owner or database is another.'),
    ('duplicated', 'warning', false, 'The same work is scheduled more than once.'),
    ('undeclared', 'info', false, 'A job is scheduled that nobody has declared.'),
    ('orphan_owner', 'fatal', false, 'Jobs belong to a role that does not exist: the scheduler of pg_cron crashes on them, and every job stops.'),
    ('wrong_host', 'error', false, 'A job calls another project than this one.'),
    ('never_fires', 'error', false, 'A schedule was accepted that no minute ever fits.');

create type private.audit_finding as (subject text, evidence jsonb);

create function private.observe_findings(kind text, findings private.audit_finding[], known_subjects text[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => observe_findings.kind,
        subject => b.subject,
        state => 'bad',
        observed_at => clock_timestamp(),
        evidence => b.evidence
    )
    from unnest(findings) as b
    order by b.subject;

    -- What was never bad is no news.
    perform private.observe(
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

    perform private.withdraw_subjects(
        observe_findings.kind, known_subjects || array(select b.subject from unnest(findings) as b)
    );
end
$$;
revoke all on function private.observe_findings(text, private.audit_finding[], text[]) from public, anon, authenticated;
comment on function private.observe_findings(text, private.audit_finding[], text[]) is
    'Observes all that is bad of a kind now, and that the rest of what was bad is so no longer. known_subjects: what still exists.';

create function private.detect_declared_state(calendar jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
    declared constant text[] := array(select d.job_name from analytics.scheduled_jobs as d);
    scheduled constant text[] := array(select j.job_name from private.known_cron_jobs() as j);
begin
    -- An audit that does not even see its own job cannot say that another one is gone. It says that it is blind.
    if 'analytics-cron-audit' <> all (scheduled) then
        return;
    end if;
    perform private.observe_findings('missing', array(select f from private.find_missing_jobs() as f), declared);
    perform private.observe_findings('inactive', array(select f from private.find_inactive_jobs() as f), declared);
    perform private.observe_findings('edited', array(select f from private.find_edited_jobs() as f), declared);
    perform private.observe_findings('duplicated', array(select f from private.find_duplicated_jobs() as f), scheduled);
    perform private.observe_findings('undeclared', array(select f from private.find_undeclared_jobs() as f), scheduled);
    perform private.observe_findings(
        'orphan_owner',
        array(select f from private.find_orphan_owners() as f),
        array(select distinct j.owner from private.known_cron_jobs() as j)
    );
    if to_regclass('vault.decrypted_secrets') is not null then
        perform private.observe_findings('wrong_host', array(select f from private.find_wrong_hosts() as f), scheduled);
    end if;
    if calendar is not null then
        perform private.observe_findings(
            'never_fires', array(select f from private.find_never_firing(calendar) as f), scheduled
        );
    end if;
end
$$;
revoke all on function private.detect_declared_state(jsonb) from public, anon, authenticated;
comment on function private.detect_declared_state(jsonb) is
    'Kinds missing, inactive, edited, duplicated, undeclared, orphan_owner, wrong_host and never_fires: cron.job against what is declared.';

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

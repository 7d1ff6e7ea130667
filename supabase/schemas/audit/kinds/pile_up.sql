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

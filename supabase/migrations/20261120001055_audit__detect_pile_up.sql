-- Object: private.detect_pile_up()
-- Why: pg_cron keeps the runs that came due while a run lasted and starts them back to back. Twice in a row means that
--      the job never catches up.

insert into analytics.alert_kinds (kind, severity, has_job_thresholds, summary)
values ('pile_up', 'warning', false, 'Runs of a job last longer than its period, so that they queue.');

create function private.detect_pile_up(runs private.audited_run[])
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.observe(
        kind => 'pile_up',
        subject => p.job_name,
        state => case when p.queued_count >= 2 then 'bad' when p.queued_count = 0 then 'ok' else 'unknown' end,
        observed_at => coalesce(p.last_ended_at, clock_timestamp()),
        evidence => jsonb_build_object(
            'job', p.job_name,
            'schedule', private.schedule_of_job(p.job_name),
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
    order by p.job_name;

    perform private.withdraw_subjects('pile_up', array(select p.job_name from analytics.job_pace as p));
end
$$;
revoke all on function private.detect_pile_up(private.audited_run[]) from public, anon, authenticated;
comment on function private.detect_pile_up(private.audited_run[]) is
    'Kind pile_up: a job that started twice in a row as soon as it had ended, its runs lasting into the next slot.';

-- Object: freshet.recovery_threshold()
-- Why: one good run of a job that is due each minute proves little; for a nightly job it is all that can be waited for.
--      So, unless declared otherwise, a job has recovered when it has succeeded for five minutes in a row, and at least
--      once. Asked for each good finding of each pass, so it is PL/pgSQL, which plans its query once in a session.
create function freshet.recovery_threshold(kind text, evidence jsonb)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
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
        where k.kind = recovery_threshold.kind
    );
end
$$;

revoke all on function freshet.recovery_threshold(text, jsonb) from public, anon, authenticated;

comment on function freshet.recovery_threshold(text, jsonb) is
    'How many good observations in a row end the incident of a subject.';

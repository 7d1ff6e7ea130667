-- Object: freshet.observe_untracked()
-- Why: one shape of evidence for each of the three subjects of kind http_untracked.
create function freshet.observe_untracked(
    subject text, state text, jobs text[], failed_count bigint, failed_at timestamptz, outcome text, message text
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select freshet.observe(
        kind => 'http_untracked',
        subject => observe_untracked.subject,
        state => observe_untracked.state,
        observed_at => clock_timestamp(),
        evidence => jsonb_strip_nulls(jsonb_build_object(
            'job', case when cardinality(jobs) = 1 and jobs[1] = observe_untracked.subject then jobs[1] end,
            'jobs', to_jsonb(jobs[1:20]),
            'schedule', freshet.schedule_of_job(observe_untracked.subject),
            'severity', case when cardinality(jobs) = 0 then 'warning' end,
            'http_status', case when outcome ~ '^\d+$' then outcome::integer end,
            'failed_at', failed_at,
            'message', observe_untracked.message
        )),
        weight => greatest(failed_count, 1)
    );
$$;

revoke all on function freshet.observe_untracked(text, text, text[], bigint, timestamptz, text, text) from public, anon, authenticated;

comment on function freshet.observe_untracked(text, text, text[], bigint, timestamptz, text, text) is
    'Observes kind http_untracked for a job, for several that cannot be distinguished ("pg_net"), or for none ("no job").';

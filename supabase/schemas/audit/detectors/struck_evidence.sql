-- Object: freshet.struck_evidence()
-- Why: one incident stands for many jobs, so its evidence lists them.
create function freshet.struck_evidence(kind text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        -- A single job can be muted like any other.
        'job', case when count(*) = 1 then min(s.job_name) end,
        'job_count', count(*),
        'jobs', to_jsonb((array_agg(s.job_name order by s.job_name))[1:20]),
        'runid', max(s.runid),
        'message', format(
            '%s: %s', (array_agg(s.message order by s.runid desc))[1],
            array_to_string((array_agg(s.job_name order by s.job_name))[1:20], ', ')
        )
    )
    from analytics.struck_jobs as s
    where s.kind = struck_evidence.kind;
$$;

revoke all on function freshet.struck_evidence(text) from public, anon, authenticated;

comment on function freshet.struck_evidence(text) is 'The struck jobs, and their messages.';

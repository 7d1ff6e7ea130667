-- Object: freshet.settle_calls()
-- Why: the outcome of a call comes from three sources that arrive in any order: its answer, its own completion, its
--      deadline.
create function freshet.settle_calls()
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    settled_count bigint;
begin
    with judged as (
        select
            c.call_id,
            case
                when c.completion is not null then c.completion
                when c.harvested_at is null then null
                when c.status_code between 200 and 299 then case when not c.awaits_completion then 'succeeded' end
                -- A function that works on after the caller has hung up, or after a proxy gave up on its answer, may
                -- still report.
                when c.awaits_completion and (
                    c.is_timed_out
                    or (
                        c.deadline_at > clock_timestamp()
                        and (
                            c.status_code in (408, 504)
                            or (c.status_code is null and coalesce(c.error, '') !~* 'couldn''t (connect|resolve)')
                        )
                    )
                ) then null
                else 'failed'
            end as outcome,
            c.outcome as old_outcome,
            c.deadline_at
        from analytics.http_calls as c
        where c.outcome in ('pending', 'unknown')
            and (c.outcome = 'pending' or c.harvested_at > c.settled_at)
        for update of c skip locked
    ),
    news as (
        select
            j.call_id, j.old_outcome,
            coalesce(j.outcome, case when j.deadline_at < clock_timestamp() then 'unknown' end) as outcome
        from judged as j
    )
    update analytics.http_calls as c
    set outcome = n.outcome, settled_at = clock_timestamp(), is_observed = false
    from news as n
    where c.call_id = n.call_id and n.outcome <> n.old_outcome;
    get diagnostics settled_count = row_count;
    return settled_count;
end
$$;

revoke all on function freshet.settle_calls() from public, anon, authenticated;

comment on function freshet.settle_calls() is
    'Decides the outcome of each open call by its answer, its completion or its deadline, and returns how many it settled. Idempotent.';

-- Object: freshet.live_state()
-- Grain: one row per relation that answers rest on as it is now, without a materialized view between
-- Why: some answers are about this moment: who reports to whom, a person's last attempts. They are read from tables, and
--      still cached: the version of a live relation is the number of statements that wrote to its tables, so that an
--      answer made before a commit is never served after it.
create function freshet.live_state(declared analytics.live_relations)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select jsonb_build_object(
        'version', case
            when cardinality(declared.moments) = 0 then w.statement_count
            else w.statement_count * 1000
                + least(freshet.passed_moments(declared.moments, coalesce(w.changed_at, declared.registered_at)), 999)
        end,
        'refreshed_at', coalesce(greatest(w.changed_at, declared.registered_at), declared.registered_at),
        'verified_at', statement_timestamp(),
        'source_as_of', w.changed_at,
        -- What is read live is as old as the pointer that names its version: a few seconds.
        'stale_after_seconds', 60,
        'populated', true,
        'live', true
    )
    from (
        select coalesce(sum(c.statement_count), 0) as statement_count, max(c.changed_at) as changed_at
        from analytics.source_changes as c
        where c.source = any (declared.sources)
    ) as w;
$$;

revoke all on function freshet.live_state(analytics.live_relations) from public, anon, authenticated;

comment on function freshet.live_state(analytics.live_relations) is 'Where a live relation stands, in the shape of freshet.view_state.';

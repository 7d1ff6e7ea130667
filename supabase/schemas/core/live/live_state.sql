-- Object: freshet.live_state()
-- Why: the version of a live relation is the number of writes to its tables, and of moments passed; see
--      analytics.live_relations.
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
        -- A live answer is as old as the cached pointer that names its version: a few seconds.
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

comment on function freshet.live_state(analytics.live_relations) is
    'State of a live relation, in the shape of freshet.view_state.';

-- Object: freshet.health_check(), analytics.health_check()
-- Why: answers an admin's first question: how fresh is each view?
create function freshet.health_check()
returns table (
    view_name text,
    pack text,
    populated boolean,
    row_count bigint,
    rejected_count bigint,
    version bigint,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    age interval,
    objective interval,
    is_stale boolean,
    last_outcome text,
    last_finished_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.assert_operator();
    return query
    select
        v.view_name,
        v.pack,
        (freshet.view_state(v) ->> 'populated')::boolean,
        v.row_count,
        v.rejected_count,
        v.version,
        v.refreshed_at,
        v.verified_at,
        v.source_as_of,
        now() - v.verified_at,
        v.stale_after,
        coalesce(now() - v.verified_at > v.stale_after, true),
        l.outcome,
        l.finished_at
    from analytics.views as v
    left join lateral (
        select r.outcome, r.finished_at
        from analytics.refresh_log as r
        where r.view_name = v.view_name
        order by r.id desc
        limit 1
    ) as l on true
    order by v.pack, v.view_name;
end
$$;

create function analytics.health_check()
returns table (
    view_name text,
    pack text,
    populated boolean,
    row_count bigint,
    rejected_count bigint,
    version bigint,
    refreshed_at timestamptz,
    verified_at timestamptz,
    source_as_of timestamptz,
    age interval,
    objective interval,
    is_stale boolean,
    last_outcome text,
    last_finished_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select * from freshet.health_check();
$$;

revoke all on function freshet.health_check() from public, anon, authenticated;

grant execute on function freshet.health_check() to authenticated, service_role;

revoke all on function analytics.health_check() from public, anon, authenticated;

grant execute on function analytics.health_check() to authenticated, service_role;

comment on function freshet.health_check() is 'Checks the caller, then answers. Called through analytics.health_check.';

comment on function analytics.health_check() is
    'Admins only: one row per registered view. age = now - verified_at; is_stale when it is over the objective or the view was never refreshed.';

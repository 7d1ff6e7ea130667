-- Object: freshet.analytics_refresh_heatmap(), public.analytics_refresh_heatmap()
-- Why: interface of the heatmap's runbook; see public.analytics_heatmap_admin().
create function freshet.analytics_refresh_heatmap()
returns analytics.refresh_log
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    entry analytics.refresh_log;
begin
    perform freshet.assert_operator();
    if analytics.is_admin() then
        -- A person: at most once a minute, and a failure is an outcome.
        select * into strict entry from freshet.manual_refresh('analytics_heatmap_agg');
        return entry;
    end if;
    return analytics.refresh_view('analytics_heatmap_agg', 'manual');
end
$$;

create function public.analytics_refresh_heatmap()
returns analytics.refresh_log
language sql
set search_path = pg_catalog, pg_temp
set statement_timeout = '60s'
as $$
    select freshet.analytics_refresh_heatmap();
$$;

revoke all on function freshet.analytics_refresh_heatmap() from public, anon, authenticated;

grant execute on function freshet.analytics_refresh_heatmap() to authenticated, service_role;

revoke all on function public.analytics_refresh_heatmap() from public, anon, authenticated;

grant execute on function public.analytics_refresh_heatmap() to authenticated, service_role;

comment on function freshet.analytics_refresh_heatmap() is
    'Checks the caller, then refreshes. Called through public.analytics_refresh_heatmap.';

comment on function public.analytics_refresh_heatmap() is
    'Refreshes the heatmap concurrently and returns the ledger row. Service role: without a limit, raises on failure. Admins: at most once a minute (PT429), a failure is in the row. Any other caller gets 42501.';

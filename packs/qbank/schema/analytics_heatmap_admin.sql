-- Object: freshet.analytics_heatmap_admin(), public.analytics_heatmap_admin()
-- Why: with analytics_refresh_heatmap() the interface of the heatmap's runbook. Non-admins never reach the view: the
--      caller is checked, admin by verified claim or the service role, before anything is read. A thin invoker function
--      in public, the definer in freshet: a security definer function that clients may execute in an exposed schema is
--      an advisor finding.
create function freshet.analytics_heatmap_admin()
returns table (
    question_id uuid,
    lesion text,
    topic text,
    week_start date,
    attempts bigint,
    correct_attempts bigint,
    accuracy_rate numeric,
    median_duration_ms numeric
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform freshet.assert_operator();
    if not (select freshet.is_filled(v) from analytics.views as v where v.view_name = 'analytics_heatmap_agg') then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'the heatmap was never refreshed',
            hint = 'Wait for its job refresh-analytics_heatmap_agg, or select public.analytics_refresh_heatmap().';
    end if;
    return query
    select
        h.question_id, h.lesion, h.topic, h.week_start,
        h.attempts, h.correct_attempts, h.accuracy_rate, h.median_duration_ms
    from analytics.analytics_heatmap_agg as h
    order by h.week_start, h.question_id, h.lesion, h.topic;
end
$$;

create function public.analytics_heatmap_admin()
returns table (
    question_id uuid,
    lesion text,
    topic text,
    week_start date,
    attempts bigint,
    correct_attempts bigint,
    accuracy_rate numeric,
    median_duration_ms numeric
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        h.question_id, h.lesion, h.topic, h.week_start,
        h.attempts, h.correct_attempts, h.accuracy_rate, h.median_duration_ms
    from freshet.analytics_heatmap_admin() as h;
$$;

revoke all on function freshet.analytics_heatmap_admin() from public, anon, authenticated;

grant execute on function freshet.analytics_heatmap_admin() to authenticated, service_role;

revoke all on function public.analytics_heatmap_admin() from public, anon, authenticated;

grant execute on function public.analytics_heatmap_admin() to authenticated, service_role;

comment on function freshet.analytics_heatmap_admin() is
    'Checks the caller, then reads the heatmap. Called through public.analytics_heatmap_admin.';

comment on function public.analytics_heatmap_admin() is
    'Admins and the service role: every row of the heatmap, by week and question. Any other caller gets 42501.';

-- Object: freshet.submissions_were_truncated()
-- Why: truncate fires no delete trigger.
create function freshet.submissions_were_truncated()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from analytics.fact_lane_scores) then
        truncate analytics.fact_lane_scores;
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_truncated() from public, anon, authenticated;

comment on function freshet.submissions_were_truncated() is
    'Statement trigger of public.submissions: empties analytics.fact_lane_scores with it.';

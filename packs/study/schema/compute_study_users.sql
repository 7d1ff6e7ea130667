-- Object: freshet.compute_study_users()
-- Why: each step rests on the one before: figures and gaps on days and mastery.
create function freshet.compute_study_users(user_ids text[], stat_date date, calculated_at timestamptz)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    days_count integer;
begin
    days_count := freshet.aggregate_study_days(user_ids, stat_date);
    perform freshet.recompute_topic_mastery(user_ids, calculated_at => compute_study_users.calculated_at);
    perform freshet.recompute_user_learning_metrics(user_ids, stat_date);
    perform freshet.recompute_knowledge_gaps(user_ids, stat_date);
    return days_count;
end
$$;

revoke all on function freshet.compute_study_users(text[], date, timestamptz) from public, anon, authenticated;

comment on function freshet.compute_study_users(text[], date, timestamptz) is
    'All that the nightly batch computes of these users: days up to stat_date, mastery as of calculated_at, rolling figures, gaps. Returns how many days it aggregated.';

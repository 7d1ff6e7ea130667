-- Object: indexes of the arena's views (renamed)
-- Why: who looks for an index by the name in the arena's document finds it.

alter index if exists analytics.mv_lane_score_distribution_key rename to idx_mv_lane_dist_pk;
alter index if exists analytics.mv_weakness_patterns_key rename to idx_mv_weakness_pk;
alter index if exists analytics.mv_weakness_patterns_category_idx rename to idx_mv_weakness_category;
alter index if exists analytics.mv_agent_progress_key rename to idx_mv_progress_pk;
alter index if exists analytics.mv_time_to_first_win_key rename to idx_mv_ttfw_pk;

-- Object: analytics.mv_lane_score_distribution
-- Grain: one row per challenge and lane; challenges are never mixed
-- Reads: analytics.fact_lane_scores (through analytics.lane_scores), public.challenges
-- Serves: /analytics/arena/lane-distributions; source of mv_weakness_patterns
-- Refresh: by lane, every 10 minutes; when submissions change, after at least 10 seconds
-- Why: percentiles need all scores of a lane, so they are stored.
create materialized view analytics.mv_lane_score_distribution as
with lane_scores as (
    select s.challenge_id, s.lane_key, s.lane_score, s.created_at
    from analytics.lane_scores as s
    where s.lane_score is not null
),
lanes as (
    select
        s.challenge_id,
        s.lane_key,
        count(*) as sample_count,
        round(avg(s.lane_score), 3) as mean_score,
        round(stddev(s.lane_score), 3) as stddev_score,
        round(min(s.lane_score), 3) as min_score,
        round(max(s.lane_score), 3) as max_score,
        round(percentile_cont(0.10) within group (order by s.lane_score)::numeric, 3) as p10,
        round(percentile_cont(0.25) within group (order by s.lane_score)::numeric, 3) as p25,
        round(percentile_cont(0.50) within group (order by s.lane_score)::numeric, 3) as p50,
        round(percentile_cont(0.75) within group (order by s.lane_score)::numeric, 3) as p75,
        round(percentile_cont(0.90) within group (order by s.lane_score)::numeric, 3) as p90,
        max(s.created_at) as last_submission_at
    from lane_scores as s
    group by s.challenge_id, s.lane_key
)
select
    l.challenge_id,
    c.title as challenge_title,
    l.lane_key,
    l.sample_count,
    l.mean_score,
    l.stddev_score,
    l.min_score,
    l.max_score,
    l.p10,
    l.p25,
    l.p50,
    l.p75,
    l.p90,
    l.last_submission_at
from lanes as l
join public.challenges as c on c.id = l.challenge_id
with no data;

create unique index idx_mv_lane_dist_pk
    on analytics.mv_lane_score_distribution (challenge_id, lane_key);

comment on materialized view analytics.mv_lane_score_distribution is 'Lane score percentiles per challenge and lane.';

comment on column analytics.mv_lane_score_distribution.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_lane_score_distribution.stddev_score is 'Sample standard deviation; null for one sample.';

select analytics.register_view(
    view_name => 'mv_lane_score_distribution',
    pack => 'arena',
    schedule => '*/10 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '10 seconds',
    incremental => true
);

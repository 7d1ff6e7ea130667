-- Object: analytics.mv_challenges
-- Grain: one row per challenge with a scored lane
-- Reads: analytics.mv_lane_score_distribution
-- Serves: /analytics/arena/challenges
-- Refresh: every 10 minutes, four minutes after the distribution; when submissions change, after at least 1 minute
-- Why: a page offers a choice of challenges, and says how many of their lanes it may not show. The list is public, as
--      the distributions are, and under the same guard: a challenge without a lane that can be shown is not served, and
--      one without a submission, which may not have been announced yet, has no row.
-- Why as a whole: a few rows of each challenge. What it leaves out is counted where the facts are, which it does not read.
create materialized view analytics.mv_challenges as
with lanes as (
    select d.challenge_id, d.challenge_title, d.sample_count, d.last_submission_at
    from analytics.mv_lane_score_distribution as d
)
select
    l.challenge_id,
    l.challenge_title as title,
    count(*) as lanes_count,
    -- The same five as in packs/arena/resources/lane_distributions.ts; a test compares.
    count(*) filter (where l.sample_count < 5) as withheld_lanes_count,
    max(l.sample_count) as samples_of_fullest_lane_count,
    max(l.last_submission_at) as last_submission_at
from lanes as l
group by l.challenge_id, l.challenge_title
with no data;

create unique index mv_challenges_key
    on analytics.mv_challenges (challenge_id);

comment on materialized view analytics.mv_challenges is 'Challenges that have scores, with the number of their lanes.';

comment on column analytics.mv_challenges.title is 'As of the last refresh.';

comment on column analytics.mv_challenges.lanes_count is 'Lanes with a usable score.';

comment on column analytics.mv_challenges.withheld_lanes_count is
    'Those with fewer than five samples, which lane-distributions does not show.';

comment on column analytics.mv_challenges.samples_of_fullest_lane_count is
    'Samples of the lane with the most. Fewer than five: no lane can be shown, and the challenge is not served.';

comment on column analytics.mv_challenges.last_submission_at is 'Latest submission with a usable score.';

select analytics.register_view(
    view_name => 'mv_challenges',
    pack => 'arena',
    schedule => '4,14,24,34,44,54 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '1 minute'
);

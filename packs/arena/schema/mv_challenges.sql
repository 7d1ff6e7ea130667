-- Object: analytics.mv_challenges
-- Grain: one row per challenge with a scored lane
-- Reads: analytics.mv_lane_score_distribution
-- Serves: /analytics/arena/challenges
-- Refresh: every 10 minutes, four minutes after the distribution
-- Why: a page lets its reader choose a challenge, and says how many of its lanes it may not show. The list is public, as the
--      distributions are, and under the same guard: a challenge of which no lane can be shown stays inside, and one to which no
--      submission was made, and which may not be announced yet, is not in it at all.
create materialized view analytics.mv_challenges as
with lanes as (
    select d.challenge_id, d.challenge_title, d.sample_count, d.last_submission_at
    from analytics.mv_lane_score_distribution as d
)
select
    l.challenge_id,
    l.challenge_title as title,
    count(*) as lanes_count,
    -- The same five as in shared/packs/arena/lane_distributions.ts; a test compares.
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

comment on column analytics.mv_challenges.lanes_count is 'Lanes with a score that can be computed with.';

comment on column analytics.mv_challenges.withheld_lanes_count is 'Those of them with fewer than five samples: lane-distributions does not show them.';

comment on column analytics.mv_challenges.samples_of_fullest_lane_count is 'Fewer than five: no lane can be shown, and the challenge does not leave the API.';

comment on column analytics.mv_challenges.last_submission_at is 'Of a submission with such a score.';

select analytics.register_view(
    view_name => 'mv_challenges',
    pack => 'arena',
    schedule => '4,14,24,34,44,54 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores'
);

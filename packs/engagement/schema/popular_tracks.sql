-- Object: analytics.popular_tracks
-- Grain: one row per track, those without a learner included
-- Reads: public.tracks, public.learning_sessions, public.quiz_attempts
-- Serves: /analytics/engagement/popular-tracks
-- Refresh: every 30 minutes
-- Why materialized: one more learner can change the rank of every track.
-- Why: titles are compared byte by byte, so that the rank does not depend on the collation of the server. Tracks that
--      tie in learners, sessions and title share a rank.
create materialized view analytics.popular_tracks as
with track_sessions as (
    select s.track_id, count(*) as sessions_count, coalesce(sum(s.duration_seconds), 0) as total_seconds
    from public.learning_sessions as s
    group by s.track_id
),
track_quizzes as (
    select q.track_id, count(*) as completed_quizzes_count
    from public.quiz_attempts as q
    where q.completed_at is not null
    group by q.track_id
),
-- A union, so that a user with sessions and attempts is one learner.
track_users as (
    select s.track_id, s.user_id from public.learning_sessions as s
    union
    select q.track_id, q.user_id from public.quiz_attempts as q
),
track_learners as (
    select u.track_id, count(*) as learners_count
    from track_users as u
    group by u.track_id
)
select
    t.id as track_id,
    t.title,
    coalesce(l.learners_count, 0) as learners_count,
    coalesce(s.sessions_count, 0) as sessions_count,
    coalesce(q.completed_quizzes_count, 0) as completed_quizzes_count,
    coalesce(s.total_seconds, 0) as total_seconds,
    rank() over (
        order by coalesce(l.learners_count, 0) desc, coalesce(s.sessions_count, 0) desc, t.title collate "C"
    ) as popularity_rank
from public.tracks as t
left join track_learners as l on l.track_id = t.id
left join track_sessions as s on s.track_id = t.id
left join track_quizzes as q on q.track_id = t.id
with no data;

create unique index popular_tracks_key
    on analytics.popular_tracks (track_id);

comment on materialized view analytics.popular_tracks is 'Tracks by their number of learners.';

comment on column analytics.popular_tracks.learners_count is 'Learners with a session or a quiz attempt in the track.';

comment on column analytics.popular_tracks.total_seconds is
    'Seconds of all sessions; one without a known duration adds nothing.';

comment on column analytics.popular_tracks.popularity_rank is 'By learners, then sessions, then title; 1 is the most popular.';

select analytics.register_view(
    view_name => 'popular_tracks',
    pack => 'engagement',
    schedule => '12,42 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.learning_sessions.started_at'
);

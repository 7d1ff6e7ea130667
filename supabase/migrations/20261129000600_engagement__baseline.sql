-- Baseline of engagement, written by tools/schema/baseline.ts from the files named below, which hold the current text.
-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.
set check_function_bodies = off;

-- packs/engagement/schema/explained_questions.sql

-- Object: analytics.explained_questions
-- Grain: one row per question that has a text
-- Reads: analytics.question_texts where the pack qbank is installed, else nothing
-- Serves: /analytics/engagement/explanation-engagement
-- Why: explanations belong to questions of any question bank that the project has. With the pack qbank that is
--      public.questions. Without it questions have no texts, until the project replaces this view by one over its own
--      table.
do $$
begin
    if to_regclass('analytics.question_texts') is null then
        create view analytics.explained_questions with (security_invoker = on) as
        select null::uuid as question_id, null::text as question_text where false;
    else
        create view analytics.explained_questions with (security_invoker = on) as
        select t.question_id, t.question_text from analytics.question_texts as t;
    end if;
end
$$;

revoke all on table analytics.explained_questions from public, anon, authenticated;

comment on view analytics.explained_questions is 'Texts of the questions that explanations belong to.';

-- packs/engagement/schema/explanation_views.sql

-- Object: public.explanation_views
-- Grain: one row per opening of an explanation by a learner
-- Why: table of the application; see public.learning_sessions.
create table public.explanation_views (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    question_id uuid not null,
    viewed_at timestamptz not null default now() check (viewed_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    dwell_ms integer check (dwell_ms >= 0),
    is_helpful boolean
);

create index explanation_views_user_id_idx on public.explanation_views (user_id, viewed_at);

create index explanation_views_question_id_idx on public.explanation_views (question_id);

create index explanation_views_viewed_at_idx on public.explanation_views (viewed_at);

alter table public.explanation_views enable row level security;

revoke all on table public.explanation_views from public, anon, authenticated;

grant select on table public.explanation_views to authenticated;

grant select, insert, update, delete on table public.explanation_views to service_role;

comment on column public.explanation_views.question_id is
    'Question of any question bank that the application has; the pack does not need the qbank''s.';

comment on column public.explanation_views.dwell_ms is 'How long the explanation was on the screen; null where it was not measured.';

comment on column public.explanation_views.is_helpful is 'The learner''s verdict; null when none was given.';

-- packs/engagement/schema/review_sessions.sql

-- Object: public.review_sessions
-- Grain: one row per review of a learner
-- Why: table of the application; see public.learning_sessions.
create table public.review_sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at >= started_at),
    cards_reviewed_count integer not null default 0 check (cards_reviewed_count >= 0),
    duration_seconds integer check (duration_seconds >= 0)
);

create index review_sessions_user_id_idx on public.review_sessions (user_id, started_at);

create index review_sessions_started_at_idx on public.review_sessions (started_at);

alter table public.review_sessions enable row level security;

revoke all on table public.review_sessions from public, anon, authenticated;

grant select on table public.review_sessions to authenticated;

grant select, insert, update, delete on table public.review_sessions to service_role;

comment on column public.review_sessions.completed_at is 'Null when the learner left before the last due card.';

comment on column public.review_sessions.duration_seconds is 'Null where it was not measured.';

-- packs/engagement/schema/tracks.sql

-- Object: public.tracks
-- Grain: one row per track
-- Why: table of the application; see public.learning_sessions. Every signed-in user reads the tracks.
create table public.tracks (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    created_at timestamptz not null default now()
);

alter table public.tracks enable row level security;

revoke all on table public.tracks from public, anon, authenticated;

grant select on table public.tracks to authenticated;

grant select, insert, update, delete on table public.tracks to service_role;

-- packs/engagement/schema/explanation_engagement.sql

-- Object: analytics.explanation_engagement
-- Grain: one row per question whose explanation was ever opened
-- Reads: public.explanation_views
-- Serves: /analytics/engagement/explanation-engagement
-- Refresh: every 30 minutes
-- Why: the median and the revisits need all views of an explanation, so they are stored.
create materialized view analytics.explanation_engagement as
with question_learners as (
    select v.question_id, v.user_id, count(*) as views_count
    from public.explanation_views as v
    group by v.question_id, v.user_id
),
learner_stats as (
    select
        l.question_id,
        count(*) as learners_count,
        count(*) filter (where l.views_count > 1) as returning_count
    from question_learners as l
    group by l.question_id
),
view_stats as (
    select
        v.question_id,
        count(*) as views_count,
        percentile_cont(0.5) within group (order by v.dwell_ms)::numeric as median_dwell_ms,
        count(*) filter (where v.is_helpful) as helpful_count,
        nullif(count(v.is_helpful), 0) as rated_count
    from public.explanation_views as v
    group by v.question_id
)
select
    v.question_id,
    v.views_count,
    l.learners_count,
    -- At most halfway between two whole milliseconds: one decimal is exact.
    round(v.median_dwell_ms, 1) as median_dwell_ms,
    round(v.helpful_count::numeric / v.rated_count, 4) as helpful_rate,
    round(l.returning_count::numeric / l.learners_count, 4) as revisit_rate
from view_stats as v
join learner_stats as l on l.question_id = v.question_id
with no data;

create unique index explanation_engagement_key
    on analytics.explanation_engagement (question_id);

comment on materialized view analytics.explanation_engagement is 'Which explanations are read, help, and are opened again.';

comment on column analytics.explanation_engagement.median_dwell_ms is 'Over views whose dwell time is known; null when there is none.';

comment on column analytics.explanation_engagement.helpful_rate is
    'Helpful verdicts / verdicts, four decimals; null without a verdict.';

comment on column analytics.explanation_engagement.revisit_rate is
    'Learners who opened it more than once / learners, four decimals.';

-- packs/engagement/schema/learning_sessions.sql

-- Object: public.learning_sessions
-- Grain: one row per session of a learner
-- Why: this and the pack's other tables in public belong to the application, which writes here; nothing analytical is
--      ever added to them. A moment before 1970, or one that no date of four digits can name, comes from a broken clock
--      and is refused: one such row would break every answer that contains it. Row security: signed-in users read the
--      tracks and their own activity. Only the service role writes.
create table public.learning_sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    track_id uuid not null references public.tracks (id) on delete cascade,
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    duration_seconds integer check (duration_seconds >= 0)
);

create index learning_sessions_user_id_idx on public.learning_sessions (user_id, started_at);

create index learning_sessions_track_id_idx on public.learning_sessions (track_id);

create index learning_sessions_started_at_idx on public.learning_sessions (started_at);

alter table public.learning_sessions enable row level security;

revoke all on table public.learning_sessions from public, anon, authenticated;

grant select on table public.learning_sessions to authenticated;

grant select, insert, update, delete on table public.learning_sessions to service_role;

comment on column public.learning_sessions.duration_seconds is
    'Null while the session runs, and where its end was never reported.';

-- packs/engagement/schema/named_explanation_engagement.sql

-- Object: analytics.named_explanation_engagement
-- Grain: as analytics.explanation_engagement
-- Reads: analytics.explanation_engagement, analytics.explained_questions
-- Serves: /analytics/engagement/explanation-engagement
-- Why: texts are joined when a page is read, not stored. A question may come from a bank that this project does not
--      hold: then it has no text.
create view analytics.named_explanation_engagement
with (security_invoker = on)
as
select
    e.question_id,
    t.question_text,
    e.views_count,
    e.learners_count,
    e.median_dwell_ms,
    e.helpful_rate,
    e.revisit_rate
from analytics.explanation_engagement as e
left join analytics.explained_questions as t on t.question_id = e.question_id;

revoke all on table analytics.named_explanation_engagement from public, anon, authenticated;

comment on view analytics.named_explanation_engagement is 'explanation_engagement with the texts of the questions, read live.';

comment on column analytics.named_explanation_engagement.question_text is
    'The question''s stem, cut to 300 characters with an ellipsis. Null where this project''s question bank has no such question.';

-- packs/engagement/schema/named_tracks.sql

-- Object: analytics.named_tracks
-- Grain: one row per track
-- Reads: public.tracks
-- Serves: /analytics/engagement/tracks
-- Why: a page offers a choice of tracks by their current titles.
create view analytics.named_tracks
with (security_invoker = on)
as
select t.id as track_id, t.title
from public.tracks as t;

revoke all on table analytics.named_tracks from public, anon, authenticated;

comment on view analytics.named_tracks is 'Tracks by title.';

-- packs/engagement/schema/quiz_attempts.sql

-- Object: public.quiz_attempts
-- Grain: one row per attempt of a learner at a quiz
-- Why: table of the application; see public.learning_sessions.
create table public.quiz_attempts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    track_id uuid not null references public.tracks (id) on delete cascade,
    quiz_id uuid not null,
    started_at timestamptz not null default now() check (started_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at >= started_at),
    score numeric check (abs(score) < 1e15),
    duration_ms integer check (duration_ms >= 0)
);

create index quiz_attempts_user_id_idx on public.quiz_attempts (user_id, started_at);

create index quiz_attempts_track_id_idx on public.quiz_attempts (track_id, quiz_id);

create index quiz_attempts_started_at_idx on public.quiz_attempts (started_at);

alter table public.quiz_attempts enable row level security;

revoke all on table public.quiz_attempts from public, anon, authenticated;

grant select on table public.quiz_attempts to authenticated;

grant select, insert, update, delete on table public.quiz_attempts to service_role;

comment on column public.quiz_attempts.completed_at is 'Null while the attempt runs, and when it was abandoned.';

comment on column public.quiz_attempts.duration_ms is 'Null where it was not measured.';

-- packs/engagement/schema/quiz_completion_rates.sql

-- Object: analytics.quiz_completion_rates
-- Grain: one row per track and quiz that was ever attempted
-- Reads: public.quiz_attempts
-- Serves: /analytics/engagement/quiz-completion-rates; source of summary_stats
-- Refresh: every 30 minutes
-- Why: the median needs all attempts at a quiz, so it is stored.
create materialized view analytics.quiz_completion_rates as
with attempts as (
    select
        q.track_id,
        q.quiz_id,
        q.completed_at is not null as is_completed,
        q.score,
        q.duration_ms
    from public.quiz_attempts as q
)
select
    a.track_id,
    a.quiz_id,
    count(*) as started_count,
    count(*) filter (where a.is_completed) as completed_count,
    round(count(*) filter (where a.is_completed)::numeric / count(*), 4) as completion_rate,
    round(avg(a.score) filter (where a.is_completed), 3) as avg_score,
    -- At most halfway between two whole milliseconds: one decimal is exact.
    round((percentile_cont(0.5) within group (order by a.duration_ms) filter (where a.is_completed))::numeric, 1)
        as median_duration_ms
from attempts as a
group by a.track_id, a.quiz_id
with no data;

create unique index quiz_completion_rates_key
    on analytics.quiz_completion_rates (track_id, quiz_id);

comment on materialized view analytics.quiz_completion_rates is
    'How many started attempts at a quiz are completed, and with which scores.';

comment on column analytics.quiz_completion_rates.started_count is 'All attempts, completed or not.';

comment on column analytics.quiz_completion_rates.completion_rate is 'completed_count / started_count, four decimals.';

comment on column analytics.quiz_completion_rates.avg_score is
    'Over completed attempts that have a score; null when there is none.';

comment on column analytics.quiz_completion_rates.median_duration_ms is
    'Over completed attempts with a known duration; null when there is none.';

-- packs/engagement/schema/review_session_usage.sql

-- Object: analytics.review_session_usage
-- Grain: one row per week (Monday, UTC) in which a review was started
-- Reads: public.review_sessions
-- Serves: /analytics/engagement/review-session-usage
-- Refresh: every 30 minutes
-- Why: a week has many reviews and is read often.
create materialized view analytics.review_session_usage as
with reviews as (
    select
        date_trunc('week', r.started_at at time zone 'UTC')::date as week_start,
        r.user_id,
        r.cards_reviewed_count,
        r.completed_at is not null as is_completed
    from public.review_sessions as r
)
select
    r.week_start,
    count(*) as sessions_count,
    count(distinct r.user_id) as learners_count,
    sum(r.cards_reviewed_count) as cards_reviewed_count,
    round(count(*) filter (where r.is_completed)::numeric / count(*), 4) as completion_rate
from reviews as r
group by r.week_start
with no data;

create unique index review_session_usage_key
    on analytics.review_session_usage (week_start);

comment on materialized view analytics.review_session_usage is 'Reviews by week.';

comment on column analytics.review_session_usage.week_start is 'Monday of the ISO week of the UTC start.';

comment on column analytics.review_session_usage.completion_rate is 'Completed reviews / reviews, four decimals.';

-- packs/engagement/schema/active_learning_days.sql

-- Object: analytics.active_learning_days
-- Grain: one row per learner and UTC day on which a session, a quiz attempt or a review was started
-- Reads: public.learning_sessions, public.quiz_attempts, public.review_sessions
-- Serves: /analytics/engagement/active-learning-days; source of streak_dropoffs and summary_stats
-- Refresh: every 30 minutes
-- Why: a session that crosses midnight belongs to the day on which it began, whole. Quiz attempts add no seconds: they
--      happen inside a session, whose time would count twice.
create materialized view analytics.active_learning_days as
with activities as (
    select s.user_id, s.started_at, 1 as session, 0 as quiz_attempt, 0 as review_session, s.duration_seconds
    from public.learning_sessions as s
    union all
    select q.user_id, q.started_at, 0, 1, 0, null
    from public.quiz_attempts as q
    union all
    select r.user_id, r.started_at, 0, 0, 1, r.duration_seconds
    from public.review_sessions as r
)
select
    a.user_id,
    (a.started_at at time zone 'UTC')::date as active_on,
    sum(a.session) as sessions_count,
    sum(a.quiz_attempt) as quiz_attempts_count,
    sum(a.review_session) as review_sessions_count,
    coalesce(sum(a.duration_seconds), 0) as active_seconds
from activities as a
group by a.user_id, active_on
with no data;

create unique index active_learning_days_key
    on analytics.active_learning_days (user_id, active_on);

create index active_learning_days_active_on_idx
    on analytics.active_learning_days (active_on, user_id);

comment on materialized view analytics.active_learning_days is 'A learner''s activity on a day.';

comment on column analytics.active_learning_days.active_on is 'UTC day of the start.';

comment on column analytics.active_learning_days.active_seconds is
    'Seconds of sessions and reviews that began on the day; one without a known duration adds nothing.';

-- packs/engagement/schema/named_quiz_completion_rates.sql

-- Object: analytics.named_quiz_completion_rates
-- Grain: as analytics.quiz_completion_rates
-- Reads: analytics.quiz_completion_rates, public.tracks
-- Serves: /analytics/engagement/quiz-completion-rates
-- Why: titles are joined when a page is read, not stored.
create view analytics.named_quiz_completion_rates
with (security_invoker = on)
as
select
    q.track_id,
    t.title as track_title,
    q.quiz_id,
    q.started_count,
    q.completed_count,
    q.completion_rate,
    q.avg_score,
    q.median_duration_ms
from analytics.quiz_completion_rates as q
left join public.tracks as t on t.id = q.track_id;

revoke all on table analytics.named_quiz_completion_rates from public, anon, authenticated;

comment on view analytics.named_quiz_completion_rates is 'quiz_completion_rates with the titles of the tracks, read live.';

comment on column analytics.named_quiz_completion_rates.track_title is 'Null where the track was deleted after the last refresh.';

-- packs/engagement/schema/popular_tracks.sql

-- Object: analytics.popular_tracks
-- Grain: one row per track, those without a learner included
-- Reads: public.tracks, public.learning_sessions, public.quiz_attempts
-- Serves: /analytics/engagement/popular-tracks
-- Refresh: every 30 minutes
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

-- packs/engagement/schema/streak_dropoffs.sql

-- Object: analytics.streak_dropoffs
-- Grain: one row per streak length in days, from 1 to the longest
-- Reads: analytics.active_learning_days
-- Serves: /analytics/engagement/streak-dropoffs; source of summary_stats
-- Refresh: every 30 minutes, five minutes after the days that it reads
-- Why: "today" is the newest active day in the data, not the clock's: the figures depend on the rows alone. A streak of
--      n days has reached 1, 2, … n, and, once over, has ended at n.
create materialized view analytics.streak_dropoffs as
with past_days as (
    select d.user_id, d.active_on
    from analytics.active_learning_days as d
    where d.active_on <= (now() at time zone 'UTC')::date
),
active_days as (
    select
        d.user_id,
        d.active_on,
        -- A date minus its row number is the same for all days of one streak.
        d.active_on - row_number() over (partition by d.user_id order by d.active_on)::integer as streak_id
    from past_days as d
),
newest_day as (
    select max(d.active_on) as active_on from past_days as d
),
streaks as (
    select d.user_id, d.streak_id, count(*)::integer as streak_days, max(d.active_on) as last_on
    from active_days as d
    group by d.user_id, d.streak_id
),
streaks_of_length as (
    select
        s.streak_days,
        count(*) as streaks_count,
        count(*) filter (where s.last_on < n.active_on) as ended_count
    from streaks as s
    cross join newest_day as n
    group by s.streak_days
),
lengths as (
    select generate_series(1, max(s.streak_days)) as streak_days from streaks_of_length as s
),
reached as (
    select
        l.streak_days,
        -- Summed from the longest down: a streak has reached every length up to its own.
        sum(coalesce(s.streaks_count, 0)) over (order by l.streak_days desc) as reached_count,
        coalesce(s.ended_count, 0) as ended_count
    from lengths as l
    left join streaks_of_length as s on s.streak_days = l.streak_days
)
select
    r.streak_days,
    r.reached_count::bigint as reached_count,
    r.ended_count,
    round(r.ended_count / r.reached_count, 4) as dropoff_rate
from reached as r
with no data;

create unique index streak_dropoffs_key
    on analytics.streak_dropoffs (streak_days);

comment on materialized view analytics.streak_dropoffs is
    'After how many consecutive active days learners stop. Days in the future are left out.';

comment on column analytics.streak_dropoffs.streak_days is 'Length of a streak: a run of consecutive active days of one learner.';

comment on column analytics.streak_dropoffs.reached_count is 'Streaks of at least this length.';

comment on column analytics.streak_dropoffs.ended_count is
    'Streaks of exactly this length whose last day is before the newest active day that is not in the future.';

comment on column analytics.streak_dropoffs.dropoff_rate is 'ended_count / reached_count, four decimals.';

-- packs/engagement/schema/summary_stats.sql

-- Object: analytics.summary_stats
-- Grain: one row in all, also over empty tables
-- Reads: analytics.active_learning_days, analytics.quiz_completion_rates, analytics.streak_dropoffs
-- Serves: /analytics/engagement/summary-stats
-- Refresh: every 30 minutes, after the views that it reads, and once a day although nothing changed
-- Why: derived from the other views, so that it never contradicts them. The windows end at the newest active day that
--      is not in the future, and as_of_on says which: a stored "last 7 days" by the clock would freeze at the refresh,
--      and one session dated in the future must not leave every other learner outside the windows.
create materialized view analytics.summary_stats as
with newest_day as (
    select max(d.active_on) as as_of_on
    from analytics.active_learning_days as d
    where d.active_on <= (now() at time zone 'UTC')::date
),
learners as (
    select
        d.user_id,
        max(d.active_on) filter (where d.active_on <= n.as_of_on) as last_on,
        sum(d.sessions_count) as sessions_count
    from analytics.active_learning_days as d
    cross join newest_day as n
    group by d.user_id
),
learner_stats as (
    select
        n.as_of_on,
        count(l.user_id) as learners_count,
        -- Seven days with as_of_on as the seventh.
        count(*) filter (where l.last_on > n.as_of_on - 7) as active_learners_7d,
        count(*) filter (where l.last_on > n.as_of_on - 30) as active_learners_30d,
        coalesce(sum(l.sessions_count), 0) as sessions_count
    from newest_day as n
    left join learners as l on true
    group by n.as_of_on
),
quiz_stats as (
    select
        coalesce(sum(q.completed_count), 0) as completed_quizzes_count,
        round(sum(q.completed_count) / sum(q.started_count), 4) as completion_rate
    from analytics.quiz_completion_rates as q
),
streak_stats as (
    select coalesce(max(s.streak_days), 0) as longest_streak_days
    from analytics.streak_dropoffs as s
)
select
    l.as_of_on,
    l.learners_count,
    l.active_learners_7d,
    l.active_learners_30d,
    l.sessions_count::bigint as sessions_count,
    q.completed_quizzes_count::bigint as completed_quizzes_count,
    q.completion_rate,
    s.longest_streak_days
from learner_stats as l
cross join quiz_stats as q
cross join streak_stats as s
with no data;

-- Any column is a key of one row; as_of_on may be null, and a key may not.
create unique index summary_stats_key
    on analytics.summary_stats (learners_count);

comment on materialized view analytics.summary_stats is 'The pack in one row.';

comment on column analytics.summary_stats.as_of_on is
    'Newest active day in the data that is not in the future, where the windows end; null when there is none.';

comment on column analytics.summary_stats.active_learners_7d is 'Learners active on as_of_on or one of the six days before it.';

comment on column analytics.summary_stats.active_learners_30d is 'Learners active on as_of_on or one of the 29 days before it.';

comment on column analytics.summary_stats.completion_rate is 'Completed quiz attempts / quiz attempts, over all quizzes, four decimals; null when there are none.';

-- packs/engagement/schema/explanation_views.sql

create policy explanation_views_are_read_by_their_user on public.explanation_views
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

-- packs/engagement/schema/learning_sessions.sql

-- A user whose id is not a uuid has no row here, and asking for one is no error.
create policy learning_sessions_are_read_by_their_user on public.learning_sessions
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

-- packs/engagement/schema/quiz_attempts.sql

create policy quiz_attempts_are_read_by_their_user on public.quiz_attempts
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

-- packs/engagement/schema/review_sessions.sql

create policy review_sessions_are_read_by_their_user on public.review_sessions
    for select to authenticated using (user_id = (select freshet.claimed_uuid('sub')));

-- packs/engagement/schema/tracks.sql

create policy tracks_are_read_by_signed_in_users on public.tracks
    for select to authenticated using (true);

-- packs/engagement/schema/active_learning_days.sql

select analytics.register_view(
    view_name => 'active_learning_days',
    pack => 'engagement',
    schedule => '11,41 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.learning_sessions.started_at'
);

-- packs/engagement/schema/explained_questions.sql

select analytics.register_live(
    name => 'explained_questions',
    pack => 'engagement',
    sources => array[coalesce(to_regclass('public.questions'), 'public.explanation_views')]::regclass[]
);

-- packs/engagement/schema/explanation_engagement.sql

select analytics.register_view(
    view_name => 'explanation_engagement',
    pack => 'engagement',
    schedule => '15,45 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.explanation_views.viewed_at'
);

-- packs/engagement/schema/named_tracks.sql

select analytics.register_live(name => 'named_tracks', pack => 'engagement', sources => array['public.tracks']::regclass[]);

-- packs/engagement/schema/popular_tracks.sql

select analytics.register_view(
    view_name => 'popular_tracks',
    pack => 'engagement',
    schedule => '12,42 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.learning_sessions.started_at'
);

-- packs/engagement/schema/quiz_completion_rates.sql

select analytics.register_view(
    view_name => 'quiz_completion_rates',
    pack => 'engagement',
    schedule => '13,43 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.quiz_attempts.started_at'
);

-- packs/engagement/schema/review_session_usage.sql

select analytics.register_view(
    view_name => 'review_session_usage',
    pack => 'engagement',
    schedule => '14,44 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.review_sessions.started_at'
);

-- packs/engagement/schema/streak_dropoffs.sql

select analytics.register_view(
    view_name => 'streak_dropoffs',
    pack => 'engagement',
    schedule => '16,46 * * * *',
    stale_after => '70 minutes',
    rebuild_after => '1 day'
);

-- packs/engagement/schema/summary_stats.sql

select analytics.register_view(
    view_name => 'summary_stats',
    pack => 'engagement',
    schedule => '18,48 * * * *',
    stale_after => '70 minutes',
    rebuild_after => '1 day'
);

reset check_function_bodies;

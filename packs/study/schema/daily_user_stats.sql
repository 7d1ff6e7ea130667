-- Object: analytics.daily_user_stats
-- Grain: one row per user and UTC day on which the user did something
-- Reads: public.study_events, public.question_attempts, public.study_sessions
-- Serves: /analytics/study/activity
-- Why: the calendar of the last 90 days is 90 rows by key, not a scan of the log.
create table analytics.daily_user_stats (
    user_id text not null,
    stat_date date not null check (stat_date between '1970-01-01' and '9999-12-31'),
    events_count integer not null check (events_count >= 0),
    sessions_count integer not null check (sessions_count >= 0),
    study_seconds bigint not null check (study_seconds between 0 and 9007199254740991),
    questions_attempted integer not null check (questions_attempted >= 0),
    questions_correct integer not null check (questions_correct >= 0),
    accuracy_rate numeric check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric check (abs(avg_time_to_answer_seconds) < 1e15),
    materials_viewed integer not null check (materials_viewed >= 0),
    topics_count integer not null check (topics_count >= 0),
    calculated_at timestamptz not null check (calculated_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    calculation_version text not null,
    constraint ix_daily_user_stats_user_date primary key (user_id, stat_date)
);

alter table analytics.daily_user_stats enable row level security;

revoke all on table analytics.daily_user_stats from public, anon, authenticated;

comment on table analytics.daily_user_stats is 'Figures of a user''s day, written by the nightly batch; late events re-aggregate their day.';

comment on column analytics.daily_user_stats.sessions_count is 'Sessions that began on the day.';

comment on column analytics.daily_user_stats.study_seconds is
    'From the first to the last event of each session that began on the day: a session that crosses midnight belongs to its first day, whole. Rounded to whole seconds for the day.';

comment on column analytics.daily_user_stats.accuracy_rate is 'Null without answers.';

comment on column analytics.daily_user_stats.avg_time_to_answer_seconds is 'Over the answers with a measured time; null without any.';

comment on column analytics.daily_user_stats.materials_viewed is 'Events material_open.';

comment on column analytics.daily_user_stats.topics_count is 'Topics of the day''s answers.';

select analytics.register_live(
    name => 'daily_user_stats', pack => 'study', sources => array['analytics.daily_user_stats']::regclass[]
);

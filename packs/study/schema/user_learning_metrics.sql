-- Object: analytics.user_learning_metrics
-- Grain: one row per user
-- Reads: analytics.daily_user_stats, analytics.topic_mastery, analytics.question_reviews
-- Serves: /analytics/study/dashboard
-- Why: the dashboard is one row by key. Its windows end on as_of_date, the last day that the batch has closed.
create table analytics.user_learning_metrics (
    user_id text not null,
    as_of_date date not null check (as_of_date between '1970-01-01' and '9999-12-31'),
    questions_attempted_7d integer not null check (questions_attempted_7d >= 0),
    questions_attempted_30d integer not null check (questions_attempted_30d >= 0),
    accuracy_rate_7d numeric check (abs(accuracy_rate_7d) < 1e15),
    accuracy_rate_30d numeric check (abs(accuracy_rate_30d) < 1e15),
    study_seconds_7d bigint not null check (study_seconds_7d between 0 and 9007199254740991),
    study_seconds_30d bigint not null check (study_seconds_30d between 0 and 9007199254740991),
    sessions_count_30d integer not null check (sessions_count_30d >= 0),
    active_days_30d integer not null check (active_days_30d >= 0),
    current_streak_days integer not null check (current_streak_days >= 0),
    avg_mastery_score numeric check (abs(avg_mastery_score) < 1e15),
    topics_started_count integer not null check (topics_started_count >= 0),
    topics_mastered_count integer not null check (topics_mastered_count >= 0),
    last_active_on date check (last_active_on between '1970-01-01' and '9999-12-31'),
    calculated_at timestamptz not null check (calculated_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    calculation_version text not null,
    constraint ix_user_learning_metrics primary key (user_id)
);

alter table analytics.user_learning_metrics enable row level security;

revoke all on table analytics.user_learning_metrics from public, anon, authenticated;

comment on table analytics.user_learning_metrics is 'Rolling figures of a user, written by the nightly batch.';

comment on column analytics.user_learning_metrics.accuracy_rate_7d is 'Null without answers, as accuracy_rate_30d.';

comment on column analytics.user_learning_metrics.current_streak_days is 'Days in a row with activity that end on as_of_date.';

comment on column analytics.user_learning_metrics.avg_mastery_score is 'Over the topics with a row in topic_mastery; null without any.';

comment on column analytics.user_learning_metrics.topics_mastered_count is 'Topics with a mastery of 0.8 or more.';

select analytics.register_live(
    name => 'user_learning_metrics', pack => 'study', sources => array['analytics.user_learning_metrics']::regclass[]
);

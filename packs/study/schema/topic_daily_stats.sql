-- Object: analytics.topic_daily_stats
-- Grain: one row per user, topic and UTC day on which the user answered a question of the topic
-- Reads: public.question_attempts
-- Serves: /analytics/study/topics/daily
-- Why: a topic over time is a few rows by key.
create table analytics.topic_daily_stats (
    user_id text not null,
    topic_id uuid not null,
    stat_date date not null,
    questions_attempted integer not null,
    questions_correct integer not null,
    accuracy_rate numeric not null check (accuracy_rate between 0 and 1),
    avg_time_to_answer_seconds numeric,
    calculated_at timestamptz not null,
    calculation_version text not null,
    constraint ix_topic_daily_stats_user_topic_date primary key (user_id, topic_id, stat_date)
);

create index ix_topic_daily_stats_user_date on analytics.topic_daily_stats (user_id, stat_date);

-- A user studies few topics: taken for independent, the two columns seem to leave two rows, and a sort of all days seems
-- cheaper than the index from its newest end.
create statistics analytics.topic_daily_stats_user_topic (ndistinct) on user_id, topic_id from analytics.topic_daily_stats;

alter table analytics.topic_daily_stats enable row level security;

revoke all on table analytics.topic_daily_stats from public, anon, authenticated;

comment on table analytics.topic_daily_stats is 'Answers of a user in a topic on a day, written by the nightly batch.';

select analytics.register_live(
    name => 'topic_daily_stats', pack => 'study', sources => array['analytics.topic_daily_stats']::regclass[]
);

-- Object: analytics.knowledge_gaps
-- Grain: one row per user and topic, the 50 most urgent topics of each user
-- Reads: public.topics, freshet.prerequisite_impacts, analytics.topic_mastery, analytics.topic_daily_stats
-- Serves: /analytics/study/gaps
-- Why: priority_score = gap_score * 3.0 + board_exam_weight * 2.0 + prerequisite_impact * 1.0 + recent_failure_rate * 1.5.
--      Each term stands beside the score.
create table analytics.knowledge_gaps (
    user_id text not null,
    topic_id uuid not null,
    priority_score numeric not null check (abs(priority_score) < 1e15),
    gap_score numeric not null check (gap_score between 0 and 1),
    board_exam_weight numeric not null check (board_exam_weight between 0 and 10),
    prerequisite_impact integer not null check (prerequisite_impact >= 0),
    recent_failure_rate numeric not null check (recent_failure_rate between 0 and 1),
    calculated_at timestamptz not null check (calculated_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    calculation_version text not null,
    primary key (user_id, topic_id)
);

create index ix_knowledge_gaps_user_priority on analytics.knowledge_gaps (user_id, priority_score desc, topic_id);

alter table analytics.knowledge_gaps enable row level security;

revoke all on table analytics.knowledge_gaps from public, anon, authenticated;

comment on table analytics.knowledge_gaps is 'What to learn next, written by the nightly batch.';

comment on column analytics.knowledge_gaps.gap_score is '1 - mastery_score; 1 for a topic without a row in topic_mastery.';

comment on column analytics.knowledge_gaps.prerequisite_impact is
    'How many other topics have this one as a prerequisite, directly or through others. In a circle each topic counts once.';

comment on column analytics.knowledge_gaps.recent_failure_rate is 'Share of wrong answers in the topic in the 14 UTC days that end on the day of the batch; 0 without answers.';

select analytics.register_live(
    name => 'knowledge_gaps', pack => 'study', sources => array['analytics.knowledge_gaps', 'public.topics']::regclass[]
);

-- Object: analytics.topic_mastery
-- Grain: one row per user and topic of which the user has answered a question or read material
-- Reads: analytics.question_reviews, public.material_interactions, public.study_materials
-- Serves: /analytics/study/mastery
-- Why: mastery_score = 0.30 * first_attempt_accuracy + 0.20 * overall_accuracy + 0.30 * retrieval_strength
--      + 0.20 * material_completion. Each term stands beside the score, so that a score can be explained.
-- Why retrieval: R = (1 + 19/81 * t/S)^-0.5, the power forgetting curve of FSRS-4.5 (open-spaced-repetition, "The
--      Algorithm"), with t the days since the topic's last answer and S the mean SM-2 interval of its questions: 0.9 on
--      the day when the topic is due.
create table analytics.topic_mastery (
    user_id text not null,
    topic_id uuid not null,
    mastery_score numeric not null check (mastery_score between 0 and 1),
    first_attempt_accuracy numeric not null check (first_attempt_accuracy between 0 and 1),
    overall_accuracy numeric not null check (overall_accuracy between 0 and 1),
    retrieval_strength numeric not null check (retrieval_strength between 0 and 1),
    material_completion numeric not null check (material_completion between 0 and 1),
    questions_count integer not null check (questions_count >= 0),
    attempts_count integer not null check (attempts_count >= 0),
    correct_count integer not null check (correct_count >= 0),
    stability_days numeric check (stability_days between 1 and 36500),
    last_answered_at timestamptz check (last_answered_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    calculated_at timestamptz not null check (calculated_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    calculation_version text not null,
    constraint ix_topic_mastery_user_topic primary key (user_id, topic_id)
);

create index ix_topic_mastery_user_mastery on analytics.topic_mastery (user_id, mastery_score);

alter table analytics.topic_mastery enable row level security;

revoke all on table analytics.topic_mastery from public, anon, authenticated;

comment on table analytics.topic_mastery is
    'Mastery of topics, recalculated within a minute after an answer and each night. A topic without a row has mastery 0.';

comment on column analytics.topic_mastery.first_attempt_accuracy is 'Share of the answered questions whose first answer was correct; 0 without answers.';

comment on column analytics.topic_mastery.overall_accuracy is 'Share of all answers that were correct; 0 without answers.';

comment on column analytics.topic_mastery.retrieval_strength is 'R at calculated_at; 0 without answers.';

comment on column analytics.topic_mastery.material_completion is 'Mean of progress_rate over all materials of the topic, 0 for those not opened; 0 for a topic without materials.';

comment on column analytics.topic_mastery.stability_days is 'S: mean SM-2 interval of the answered questions, in days; null without answers.';

select analytics.register_live(
    name => 'topic_mastery', pack => 'study', sources => array['analytics.topic_mastery', 'public.topics']::regclass[]
);

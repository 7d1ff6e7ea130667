-- Object: analytics.question_reviews
-- Grain: one row per user and question that the user has answered
-- Reads: public.question_attempts
-- Serves: /analytics/study/reviews/due, /analytics/study/questions/history
-- Why: the state of spaced repetition after all answers to a question in the order of their time. It is computed from
--      the answers, never from its former self: late and repeated answers make no difference.
create table analytics.question_reviews (
    user_id text not null,
    question_id uuid not null,
    topic_id uuid not null,
    attempts_count integer not null check (attempts_count >= 0),
    correct_count integer not null check (correct_count >= 0),
    is_first_correct boolean not null,
    easiness_factor numeric not null check (easiness_factor between 1.3 and 1e6),
    repetition integer not null check (repetition >= 1),
    interval_days integer not null check (interval_days >= 1),
    reviewed_at timestamptz not null check (reviewed_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_answered_at timestamptz not null check (last_answered_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    due_on date not null check (due_on between '1970-01-01' and '9999-12-31'),
    calculated_at timestamptz not null default now() check (calculated_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    calculation_version text not null,
    primary key (user_id, question_id)
);

create index ix_question_reviews_user_topic on analytics.question_reviews (user_id, topic_id);

create index ix_question_reviews_user_due on analytics.question_reviews (user_id, due_on);

alter table analytics.question_reviews enable row level security;

revoke all on table analytics.question_reviews from public, anon, authenticated;

comment on table analytics.question_reviews is 'SM-2 after all answers of a user to a question.';

comment on column analytics.question_reviews.topic_id is 'The topic of the last answer.';

comment on column analytics.question_reviews.repetition is 'n of I(n). A failure starts again with I(1), so the next successful answer has I(2).';

comment on column analytics.question_reviews.interval_days is 'I(n) in days, at most 36500.';

comment on column analytics.question_reviews.reviewed_at is 'The last answer that counted for SM-2: the first of its UTC day.';

comment on column analytics.question_reviews.due_on is 'UTC day of reviewed_at plus interval_days.';

select analytics.register_live(
    name => 'question_reviews', pack => 'study', sources => array['analytics.question_reviews', 'public.topics']::regclass[]
);

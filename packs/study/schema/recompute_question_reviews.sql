-- Object: freshet.recompute_question_reviews()
-- Why: the state of spaced repetition is computed from all answers to the question, so late, repeated and deleted answers
--      make no difference.
-- Why topics are returned: a question belongs to the topic of its last answer. When that changes, the mastery of both
--      topics does.
create function freshet.recompute_question_reviews(
    user_ids text[],
    question_ids uuid[],
    calculated_at timestamptz default now()
)
returns table (user_id text, topic_id uuid)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with asked as materialized (
        select distinct a.user_id, a.question_id
        from unnest(user_ids, question_ids) as a (user_id, question_id)
        where a.question_id is not null
    ), answers as (
        select
            t.user_id, t.question_id, t.topic_id, t.is_correct, t.is_hint_used, t.time_to_answer_seconds, t.attempted_at, t.event_id,
            row_number() over (
                partition by t.user_id, t.question_id, (t.attempted_at at time zone 'UTC')::date
                order by t.attempted_at, t.event_id
            ) = 1 as is_first_of_day
        from asked as a
        join public.question_attempts as t on t.user_id = a.user_id and t.question_id = a.question_id
    ), histories as (
        select
            a.user_id,
            a.question_id,
            (array_agg(a.topic_id order by a.attempted_at desc, a.event_id desc))[1] as topic_id,
            count(*) as attempts_count,
            count(*) filter (where a.is_correct) as correct_count,
            (array_agg(a.is_correct order by a.attempted_at, a.event_id))[1] as is_first_correct,
            array_agg(
                freshet.answer_quality(a.is_correct, a.is_hint_used, a.time_to_answer_seconds)
                order by a.attempted_at, a.event_id
            ) filter (where a.is_first_of_day) as qualities,
            max(a.attempted_at) filter (where a.is_first_of_day) as reviewed_at,
            max(a.attempted_at) as last_answered_at
        from answers as a
        group by a.user_id, a.question_id
    ), former as (
        select r.user_id, r.question_id, r.topic_id
        from asked as a
        join analytics.question_reviews as r on r.user_id = a.user_id and r.question_id = a.question_id
    ), written as (
        insert into analytics.question_reviews as r (
            user_id, question_id, topic_id, attempts_count, correct_count, is_first_correct, easiness_factor, repetition,
            interval_days, reviewed_at, last_answered_at, due_on, calculated_at, calculation_version
        )
        select
            h.user_id, h.question_id, h.topic_id, h.attempts_count, h.correct_count, h.is_first_correct, s.easiness_factor,
            s.repetition, s.interval_days, h.reviewed_at, h.last_answered_at,
            (h.reviewed_at at time zone 'UTC')::date + s.interval_days,
            recompute_question_reviews.calculated_at, freshet.study_version()
        from histories as h
        cross join lateral freshet.sm2(h.qualities) as s
        on conflict on constraint question_reviews_pkey do update
        set topic_id = excluded.topic_id,
            attempts_count = excluded.attempts_count,
            correct_count = excluded.correct_count,
            is_first_correct = excluded.is_first_correct,
            easiness_factor = excluded.easiness_factor,
            repetition = excluded.repetition,
            interval_days = excluded.interval_days,
            reviewed_at = excluded.reviewed_at,
            last_answered_at = excluded.last_answered_at,
            due_on = excluded.due_on,
            calculated_at = excluded.calculated_at,
            calculation_version = excluded.calculation_version
        returning r.user_id, r.question_id, r.topic_id
    ), removed as (
        delete from analytics.question_reviews as r
        using former as f
        where r.user_id = f.user_id and r.question_id = f.question_id
            and not exists (
                select from histories as h where h.user_id = f.user_id and h.question_id = f.question_id
            )
    )
    select f.user_id, f.topic_id from former as f
    union
    select w.user_id, w.topic_id from written as w;
end
$$;

revoke all on function freshet.recompute_question_reviews(text[], uuid[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_question_reviews(text[], uuid[], timestamptz) is
    'Computes analytics.question_reviews of these users and questions (pairs: the n-th user with the n-th question) from their answers, and returns the users and topics whose mastery may have changed. Idempotent.';

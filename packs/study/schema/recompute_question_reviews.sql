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
    with histories as materialized (
        select a.user_id, a.question_id, r.topic_id as former_topic_id, h.*
        from (
            select distinct u.user_id, u.question_id
            from unnest(user_ids, question_ids) as u (user_id, question_id)
            where u.question_id is not null
        ) as a
        left join analytics.question_reviews as r on r.user_id = a.user_id and r.question_id = a.question_id
        -- One look into the index for each question, in its order, however large the planner takes the table to be.
        cross join lateral (
            select
                (array_agg(t.topic_id order by t.attempted_at desc, t.event_id desc))[1] as topic_id,
                count(*) as attempts_count,
                count(*) filter (where t.is_correct) as correct_count,
                (array_agg(t.is_correct order by t.attempted_at, t.event_id))[1] as is_first_correct,
                array_agg(
                    freshet.answer_quality(t.is_correct, t.is_hint_used, t.time_to_answer_seconds)
                    order by t.attempted_at, t.event_id
                ) filter (where t.is_first_of_day) as qualities,
                max(t.attempted_at) filter (where t.is_first_of_day) as reviewed_at,
                max(t.attempted_at) as last_answered_at
            from (
                select
                    q.*,
                    lag((q.attempted_at at time zone 'UTC')::date) over (order by q.attempted_at, q.event_id)
                        is distinct from (q.attempted_at at time zone 'UTC')::date as is_first_of_day
                from public.question_attempts as q
                where q.user_id = a.user_id and q.question_id = a.question_id
            ) as t
        ) as h
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
        where h.attempts_count > 0
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
    ), removed as (
        delete from analytics.question_reviews as r
        using histories as h
        where r.user_id = h.user_id and r.question_id = h.question_id and h.attempts_count = 0
    )
    select h.user_id, h.former_topic_id from histories as h where h.former_topic_id is not null
    union
    select h.user_id, h.topic_id from histories as h where h.topic_id is not null;
end
$$;

revoke all on function freshet.recompute_question_reviews(text[], uuid[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_question_reviews(text[], uuid[], timestamptz) is
    'Computes analytics.question_reviews of these users and questions (pairs: the n-th user with the n-th question) from their answers, and returns the users and topics whose mastery may have changed. Idempotent.';

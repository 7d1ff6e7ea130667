-- Object: freshet.recompute_topic_mastery()
-- Why: the documented formula with each of its terms, from the questions' states and not from their answers: the cost
--      grows with the questions of a topic, not with its history.
-- Why rounding comes last: the score is computed from the exact terms; these are rounded for themselves.
create function freshet.recompute_topic_mastery(
    user_ids text[],
    topic_ids uuid[] default null,
    calculated_at timestamptz default now()
)
returns integer
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    written_count integer;
begin
    if recompute_topic_mastery.topic_ids is null then
        select array_agg(t.user_id), array_agg(t.topic_id)
        into recompute_topic_mastery.user_ids, recompute_topic_mastery.topic_ids
        from freshet.studied_topics(recompute_topic_mastery.user_ids) as t;
    end if;

    with terms as materialized (
        select
            a.user_id,
            a.topic_id,
            coalesce(n.first_correct_count::numeric / nullif(n.questions_count, 0), 0) as first_attempt_accuracy,
            coalesce(n.correct_count::numeric / n.attempts_count, 0) as overall_accuracy,
            freshet.retrieval_strength(
                extract(epoch from recompute_topic_mastery.calculated_at - n.last_answered_at) / 86400, n.stability_days
            ) as retrieval_strength,
            coalesce(m.progress_sum / m.materials_count, 0) as material_completion,
            n.questions_count,
            coalesce(n.attempts_count, 0) as attempts_count,
            coalesce(n.correct_count, 0) as correct_count,
            n.stability_days,
            n.last_answered_at,
            n.questions_count + m.readings_count > 0 as is_studied
        from (
            select distinct u.user_id, u.topic_id
            from unnest(recompute_topic_mastery.user_ids, recompute_topic_mastery.topic_ids) as u (user_id, topic_id)
            where u.topic_id is not null
        ) as a
        -- One look into each index for each topic, however large the planner takes the tables to be.
        cross join lateral (
            select
                count(*) as questions_count,
                sum(r.attempts_count) as attempts_count,
                sum(r.correct_count) as correct_count,
                count(*) filter (where r.is_first_correct) as first_correct_count,
                avg(r.interval_days) as stability_days,
                max(r.last_answered_at) as last_answered_at
            from analytics.question_reviews as r
            where r.user_id = a.user_id and r.topic_id = a.topic_id
        ) as n
        cross join lateral (
            select count(*) as materials_count, count(i.material_id) as readings_count, sum(i.progress_rate) as progress_sum
            from public.study_materials as m
            left join public.material_interactions as i on i.material_id = m.id and i.user_id = a.user_id
            where m.topic_id = a.topic_id
        ) as m
    ), removed as (
        delete from analytics.topic_mastery as t
        using terms as e
        where t.user_id = e.user_id and t.topic_id = e.topic_id and not e.is_studied
    ), written as (
        insert into analytics.topic_mastery as t (
            user_id, topic_id, mastery_score, first_attempt_accuracy, overall_accuracy, retrieval_strength,
            material_completion, questions_count, attempts_count, correct_count, stability_days, last_answered_at,
            calculated_at, calculation_version
        )
        select
            e.user_id, e.topic_id,
            freshet.mastery_score(e.first_attempt_accuracy, e.overall_accuracy, e.retrieval_strength, e.material_completion),
            round(e.first_attempt_accuracy, 6), round(e.overall_accuracy, 6), round(e.retrieval_strength, 6),
            round(e.material_completion, 6), e.questions_count, e.attempts_count, e.correct_count,
            round(e.stability_days, 6), e.last_answered_at, recompute_topic_mastery.calculated_at, freshet.study_version()
        from terms as e
        where e.is_studied
        on conflict on constraint ix_topic_mastery_user_topic do update
        set mastery_score = excluded.mastery_score,
            first_attempt_accuracy = excluded.first_attempt_accuracy,
            overall_accuracy = excluded.overall_accuracy,
            retrieval_strength = excluded.retrieval_strength,
            material_completion = excluded.material_completion,
            questions_count = excluded.questions_count,
            attempts_count = excluded.attempts_count,
            correct_count = excluded.correct_count,
            stability_days = excluded.stability_days,
            last_answered_at = excluded.last_answered_at,
            calculated_at = excluded.calculated_at,
            calculation_version = excluded.calculation_version
        returning t.user_id
    )
    select count(*) into written_count from written as w;
    return written_count;
end
$$;

revoke all on function freshet.recompute_topic_mastery(text[], uuid[], timestamptz) from public, anon, authenticated;

comment on function freshet.recompute_topic_mastery(text[], uuid[], timestamptz) is
    'Computes analytics.topic_mastery as of calculated_at of these users and topics (pairs: the n-th user with the n-th topic), or without topics of all topics of these users, and returns how many rows it wrote. A topic without an answer and without reading loses its row. Idempotent.';

-- Object: freshet.recompute_knowledge_gaps()
-- Why: every topic of the curriculum may be a gap, also one that the user has never met. The 50 most urgent are kept: a
--      learner acts on a handful, and the table does not grow with the curriculum.
create function freshet.recompute_knowledge_gaps(user_ids text[], as_of_date date)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    delete from analytics.knowledge_gaps as g where g.user_id = any (user_ids);

    insert into analytics.knowledge_gaps (
        user_id, topic_id, priority_score, gap_score, board_exam_weight, prerequisite_impact, recent_failure_rate,
        calculated_at, calculation_version
    )
    select
        u.user_id, g.topic_id, g.priority_score, g.gap_score, g.board_exam_weight, g.prerequisite_impact,
        round(g.recent_failure_rate, 6), now(), freshet.study_version()
    from unnest(user_ids) as u (user_id)
    cross join lateral (
        select
            p.*,
            round(
                p.gap_score * 3.0 + p.board_exam_weight * 2.0 + p.prerequisite_impact * 1.0 + p.recent_failure_rate * 1.5, 6
            ) as priority_score
        from (
            select
                t.id as topic_id,
                1 - coalesce(m.mastery_score, 0) as gap_score,
                t.board_exam_weight,
                coalesce(i.prerequisite_impact, 0) as prerequisite_impact,
                coalesce(f.failure_rate, 0) as recent_failure_rate
            from public.topics as t
            left join freshet.prerequisite_impacts as i on i.topic_id = t.id
            left join analytics.topic_mastery as m on m.topic_id = t.id and m.user_id = u.user_id
            left join (
                select d.topic_id, 1 - sum(d.questions_correct)::numeric / sum(d.questions_attempted) as failure_rate
                from analytics.topic_daily_stats as d
                where d.user_id = u.user_id
                    and d.stat_date > recompute_knowledge_gaps.as_of_date - 14
                    and d.stat_date <= recompute_knowledge_gaps.as_of_date
                group by d.topic_id
            ) as f on f.topic_id = t.id
        ) as p
        order by priority_score desc, p.topic_id
        limit 50
    ) as g
    where exists (select from analytics.user_learning_metrics as l where l.user_id = u.user_id);
$$;

revoke all on function freshet.recompute_knowledge_gaps(text[], date) from public, anon, authenticated;

comment on function freshet.recompute_knowledge_gaps(text[], date) is
    'Computes the gaps of these users from their mastery, the curriculum and their answers of the 14 days that end on as_of_date. After freshet.recompute_user_learning_metrics: a user without a row there has no gaps. Idempotent.';

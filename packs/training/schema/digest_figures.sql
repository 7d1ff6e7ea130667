-- Object: freshet.digest_figures()
-- Grain: one row per organisation and manager with people
-- Reads: public.org_members, public.dotted_lines, analytics.dim_users, analytics.mv_user_activity_day,
--      analytics.current_assignments
-- Why: the figures of all digests of a week in one statement, by the formulas of
--      freshet.reading_training_people_figures(), so that a mail and the page that it links to agree. The people of a
--      manager are those of freshet.scope_people_of_manager(), for all managers at once.
create function freshet.digest_figures(week_on date, today date)
returns table (org_id uuid, manager_id text, figures jsonb)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    with active as materialized (
        select m.org_id, m.user_id, m.manager_id, m.role
        from public.org_members as m
        where m.left_at is null or m.left_at > now()
    ),
    lines as (
        select a.org_id, a.manager_id, a.user_id from active as a where a.manager_id is not null
        union
        select d.org_id, d.manager_id, d.user_id
        from public.dotted_lines as d
        join active as a on a.org_id = d.org_id and a.user_id = d.user_id
    ),
    -- The API shows other people's rows to managers and administrators alone, and so does the mail.
    people as materialized (
        select l.org_id, l.manager_id, l.user_id
        from lines as l
        join active as b on b.org_id = l.org_id and b.user_id = l.manager_id
        where b.role in ('admin', 'manager')
    ),
    activity as (
        select
            d.org_id,
            d.user_id,
            coalesce(sum(d.attempts_count) filter (where d.active_on >= week_on), 0)::bigint as attempts_count,
            coalesce(sum(d.scored_count) filter (where d.active_on >= week_on), 0)::bigint as scored_count,
            coalesce(sum(d.score_sum) filter (where d.active_on >= week_on), 0) as score_sum,
            coalesce(sum(d.scored_count) filter (where d.active_on < week_on), 0)::bigint as scored_before_count,
            coalesce(sum(d.score_sum) filter (where d.active_on < week_on), 0) as score_before_sum
        from analytics.mv_user_activity_day as d
        where d.active_on between week_on - 7 and week_on + 6
        group by d.org_id, d.user_id
    ),
    assignments as (
        select
            s.org_id,
            s.user_id,
            count(*) as assignments_count,
            count(s.completed_at) as completed_count,
            count(*) filter (where freshet.assignment_standing(s.completed_at, s.due_on, today) = 'overdue') as overdue_count
        from analytics.current_assignments as s
        group by s.org_id, s.user_id
    ),
    totals as (
        select
            p.org_id,
            p.manager_id,
            count(*) as people_count,
            count(*) filter (where a.attempts_count > 0) as active_count,
            coalesce(sum(a.attempts_count), 0) as attempts_count,
            coalesce(sum(a.scored_count), 0) as scored_count,
            sum(a.score_sum)::numeric(60, 30) / nullif(sum(a.scored_count), 0) as exact_avg_score,
            sum(a.score_before_sum)::numeric(60, 30) / nullif(sum(a.scored_before_count), 0) as exact_avg_before,
            coalesce(sum(s.assignments_count), 0) as assignments_count,
            coalesce(sum(s.completed_count), 0) as completed_count,
            coalesce(sum(s.overdue_count), 0) as overdue_count
        from people as p
        left join activity as a on a.org_id = p.org_id and a.user_id = p.user_id
        left join assignments as s on s.org_id = p.org_id and s.user_id = p.user_id
        group by p.org_id, p.manager_id
    ),
    -- An average of fewer than five scores says little about a person, and names them.
    scored as (
        select
            p.org_id, p.manager_id, p.user_id, u.name, a.scored_count,
            -- To thirty decimals: equal exactly where the averages are.
            round(a.score_sum::numeric(60, 30) / a.scored_count, 30) as exact_avg_score
        from people as p
        join activity as a on a.org_id = p.org_id and a.user_id = p.user_id
        left join analytics.dim_users as u on u.org_id = p.org_id and u.user_id = p.user_id
        where a.scored_count >= 5
    ),
    placed as (
        select
            s.*,
            row_number() over (best_first) as place,
            row_number() over (worst_first) as place_from_below,
            rank() over (partition by s.org_id, s.manager_id order by s.exact_avg_score desc) as score_rank,
            count(*) over (partition by s.org_id, s.manager_id, s.exact_avg_score) as tied_count
        from scored as s
        window
            best_first as (
                partition by s.org_id, s.manager_id order by s.exact_avg_score desc, s.scored_count desc, s.user_id
            ),
            worst_first as (
                partition by s.org_id, s.manager_id order by s.exact_avg_score, s.scored_count, s.user_id desc
            )
    ),
    listed as (
        select
            p.org_id,
            p.manager_id,
            jsonb_agg(r.person order by p.place) filter (where p.place <= 5) as best,
            jsonb_agg(r.person order by p.place_from_below) filter (where p.place > 5 and p.place_from_below <= 5) as lowest
        from placed as p
        cross join lateral (
            select jsonb_build_object(
                'user_id', p.user_id, 'name', p.name, 'avg_score', round(p.exact_avg_score, 3),
                'scored_count', p.scored_count, 'rank', p.score_rank, 'tied_count', p.tied_count
            ) as person
        ) as r
        where p.place <= 5 or p.place_from_below <= 5
        group by p.org_id, p.manager_id
    )
    select
        t.org_id,
        t.manager_id,
        jsonb_build_object(
            'people_count', t.people_count,
            'active_count', t.active_count,
            'attempts_count', t.attempts_count,
            'scored_count', t.scored_count,
            'avg_score', round(t.exact_avg_score, 3),
            'avg_score_change', round(t.exact_avg_score - t.exact_avg_before, 3),
            'assignments_count', t.assignments_count,
            'completed_count', t.completed_count,
            'completion_rate', round(t.completed_count / nullif(t.assignments_count, 0), 4),
            'overdue_count', t.overdue_count,
            'best', coalesce(l.best, '[]'),
            'lowest', coalesce(l.lowest, '[]')
        )
    from totals as t
    left join listed as l on l.org_id = t.org_id and l.manager_id = t.manager_id;
$$;

revoke all on function freshet.digest_figures(date, date) from public, anon, authenticated;

comment on function freshet.digest_figures(date, date) is
    'Figures of each manager''s people in the seven UTC days from week_on: totals; avg_score_change against the week before, null where either has no score; all their assignments as of today; best and lowest: at most five people each with at least five scores, no person in both, rank and tied_count by the exact average.';

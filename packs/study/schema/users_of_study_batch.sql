-- Object: freshet.users_of_study_batch()
-- Why: a batch takes its users in the order of their ids, so that its progress is one id. Each of the three lists is
--      read through its key, from there on and no further than the limit.
-- Why a limit of work: a transaction that took longer than a statement may would be tried again every minute and never
--      end. The unit is the gap of one topic of the curriculum; the score of a topic studied takes about 10 times as long,
--      a marked day 30 times. The usual limit is that of 1,000 users with 100 topics.
create function freshet.users_of_study_batch(after_user_id text, user_limit integer, work_limit integer default 1500000)
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(w.user_id order by w.user_id), '{}')
    from (
        select n.user_id, sum(c.work) over (order by n.user_id) - c.work as work_before
        from (
            (
                select distinct m.user_id from analytics.topic_mastery as m
                where m.user_id > coalesce(after_user_id, '') order by m.user_id limit user_limit
            )
            union
            (
                select distinct d.user_id from freshet.days_to_aggregate as d
                where d.user_id > coalesce(after_user_id, '') order by d.user_id limit user_limit
            )
            union
            -- Those of whom nothing remains lose their figures.
            (
                select l.user_id from analytics.user_learning_metrics as l
                where l.user_id > coalesce(after_user_id, '') order by l.user_id limit user_limit
            )
            order by user_id
            limit user_limit
        ) as n
        cross join lateral (
            select
                (select count(*) from public.topics as t)
                + 10 * (select count(*) from analytics.topic_mastery as m where m.user_id = n.user_id)
                + 30 * (select count(*) from freshet.days_to_aggregate as d where d.user_id = n.user_id)
        ) as c (work)
    ) as w
    where w.work_before < work_limit;
$$;

revoke all on function freshet.users_of_study_batch(text, integer, integer) from public, anon, authenticated;

comment on function freshet.users_of_study_batch(text, integer, integer) is
    'The next users of a batch after this id (null: from the first), in the order of their ids: at most user_limit, and fewer if their work is more than work_limit, but at least one; an empty array after the last.';

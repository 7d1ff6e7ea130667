-- Object: freshet.users_of_study_batch()
-- Why: a batch takes its users in the order of their ids, so that its progress is one id. Each of the three lists is
--      read through its key, from there on and no further than the limit.
create function freshet.users_of_study_batch(after_user_id text, user_limit integer)
returns text[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(u.user_id order by u.user_id), '{}')
    from (
        select n.user_id
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
        ) as n
        order by n.user_id
        limit user_limit
    ) as u;
$$;

revoke all on function freshet.users_of_study_batch(text, integer) from public, anon, authenticated;

comment on function freshet.users_of_study_batch(text, integer) is
    'The next users of a batch after this id (null: from the first), in the order of their ids; an empty array after the last.';

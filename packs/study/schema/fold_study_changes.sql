-- Object: freshet.fold_study_changes()
-- Why: recomputes what changed, in the order in which it changed. A change that commits while this runs is not among
--      those taken, so it waits for the next call.
-- Why about all changes of a user at once: what changed several times is recomputed once. Both limits bound a step's time, also
--      for one user with more changes than change_limit, whose other changes are for the next step: a step that took longer
--      than a statement may would be tried again for ever, and hold up all others.
-- Why users one by one after an error: what the calculation cannot take in one user's rows must not hold up the others.
--      The changes of such a user go back to the end of the queue with the error beside them; see
--      analytics.update_topic_mastery, which fails then.
-- Why errors that pass by themselves are raised: after a lock or a timeout the whole step is rolled back and comes again.
-- Why days first: a day's figures do not depend on the mastery.
create function freshet.fold_study_changes(
    user_limit integer default 1000,
    up_to_change bigint default null,
    change_limit integer default 20000,
    out users_count integer,
    out changes_count integer,
    out failed_count integer
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    chosen text[];
    chosen_changes bigint[];
    taken freshet.study_changes[];
    changed_user text;
    failure text;
begin
    perform pg_advisory_xact_lock(hashtextextended('freshet.study_jobs', 0));

    with oldest as (
        select c.user_id, c.change_id
        from freshet.study_changes as c
        where c.change_id <= coalesce(up_to_change, c.change_id)
        order by c.change_id
        limit change_limit
    ), users as (
        select o.user_id, min(o.change_id) as oldest_change
        from oldest as o
        group by o.user_id
        order by min(o.change_id)
        limit user_limit
    ), counted as (
        select u.user_id, n.changes_count, n.change_ids, sum(n.changes_count) over (order by u.oldest_change) as running_count
        from users as u
        cross join lateral (
            select count(*) as changes_count, array_agg(c.change_id) as change_ids
            from freshet.study_changes as c
            where c.user_id = u.user_id
        ) as n
    )
    select array_agg(distinct n.user_id), (array_agg(i.change_id order by i.change_id))[:change_limit]
    into chosen, chosen_changes
    from counted as n
    cross join unnest(n.change_ids) as i (change_id)
    where n.running_count - n.changes_count < change_limit;

    -- A statement of its own: the planner takes the table, mostly empty, to have one row, and a join would be planned so.
    with deleted as (
        delete from freshet.study_changes as c where c.change_id = any (chosen_changes) returning c.*
    )
    select array_agg(d::freshet.study_changes), count(*), count(distinct d.user_id)
    into taken, changes_count, users_count
    from deleted as d;
    failed_count := 0;

    insert into freshet.days_to_aggregate (user_id, stat_date)
    select distinct c.user_id, c.changed_on from unnest(taken) as c where c.changed_on is not null
    on conflict do nothing;

    begin
        perform freshet.recompute_changed(taken);
        return;
    exception
        when others then
            if freshet.is_passing(sqlstate) then
                raise;
            end if;
    end;

    for changed_user in select u from unnest(chosen) as u loop
        begin
            perform freshet.recompute_changed(array(select c from unnest(taken) as c where c.user_id = changed_user));
        exception
            when others then
                if freshet.is_passing(sqlstate) then
                    raise;
                end if;
                failure := format('%s (%s)', sqlerrm, sqlstate);
                failed_count := failed_count + 1;
                insert into freshet.study_changes (user_id, topic_id, question_id, error)
                select distinct c.user_id, c.topic_id, c.question_id, failure
                from unnest(taken) as c
                where c.user_id = changed_user;
        end;
    end loop;
end
$$;

revoke all on function freshet.fold_study_changes(integer, bigint, integer) from public, anon, authenticated;

comment on function freshet.fold_study_changes(integer, bigint, integer) is
    'Takes the oldest changes (at most change_limit, of at most user_limit users: of those who have the oldest ones up to up_to_change, later ones too) and recomputes reviews and mastery of what changed. Returns how many changes it took, of how many users, and of how many users it failed.';

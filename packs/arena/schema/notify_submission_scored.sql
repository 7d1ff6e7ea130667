-- Object: freshet.notify_submission_scored(), channel submission_scored
-- Why: `deno task listen` and listeners of the application learn of scores within a moment. NOTIFY takes a lock on the
--      whole database at commit, so commits that notify wait for each other: a statement notifies once for each
--      challenge, not once for each submission.
insert into analytics.event_channels (channel, pack)
values ('submission_scored', 'arena');

create function freshet.notify_submission_scored()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not freshet.may_notify('submission_scored') then
        return null;
    end if;
    perform pg_notify(
        'submission_scored',
        json_build_object('submission_id', s.id, 'challenge_id', s.challenge_id, 'agent_id', s.agent_id)::text
    )
    from (
        -- No join of the two tables: PostgreSQL keeps the plan of a trigger for the session, and one that it made for
        -- a single row compares each old row with each new one, for hours where a statement scores 100,000.
        select distinct on (r.challenge_id) r.id, r.challenge_id, r.agent_id
        from (
            select u.id, u.challenge_id, u.agent_id, u.created_at, u.is_new, bool_or(not u.is_new) over (partition by u.id) as was_scored
            from (
                select n.id, n.challenge_id, n.agent_id, n.created_at, true as is_new from new_rows as n where n.status = 'scored'
                union all
                select o.id, null, null, null, false from old_rows as o where o.status = 'scored'
            ) as u
        ) as r
        where r.is_new and not r.was_scored
        order by r.challenge_id, r.created_at, r.id
    ) as s;
    return null;
end
$$;

revoke all on function freshet.notify_submission_scored() from public, anon, authenticated;

comment on function freshet.notify_submission_scored() is
    'Statement trigger of public.submissions: for each challenge of which a submission became scored, notifies submission_scored with {"submission_id", "challenge_id", "agent_id"} of the earliest such submission.';

-- Object: freshet.notify_submission_scored(), channel submission_scored
-- Why: `deno task listen` and listeners of the application learn of scores within a moment. NOTIFY takes a lock on the
--      whole database at commit, so commits that notify wait for each other: a statement notifies once for each
--      challenge, not once for each submission, and analytics.event_channels turns it off.
insert into analytics.event_channels (channel, pack)
values ('submission_scored', 'arena');

create function freshet.notify_submission_scored()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (select from analytics.event_channels as c where c.channel = 'submission_scored' and c.is_on) then
        return null;
    end if;
    perform pg_notify(
        'submission_scored',
        json_build_object('submission_id', s.id, 'challenge_id', s.challenge_id, 'agent_id', s.agent_id)::text
    )
    from (
        select distinct on (n.challenge_id) n.id, n.challenge_id, n.agent_id
        from new_rows as n
        join old_rows as o on o.id = n.id
        where n.status = 'scored' and o.status is distinct from 'scored'
        order by n.challenge_id, n.created_at, n.id
    ) as s;
    return null;
end
$$;

revoke all on function freshet.notify_submission_scored() from public, anon, authenticated;

comment on function freshet.notify_submission_scored() is
    'Statement trigger of public.submissions: for each challenge of which a submission became scored, notifies submission_scored with {"submission_id", "challenge_id", "agent_id"} of the earliest such submission.';

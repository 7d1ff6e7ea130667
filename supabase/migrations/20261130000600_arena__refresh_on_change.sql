-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.
set check_function_bodies = off;

-- packs/arena/schema/notify_submission_scored.sql

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

-- packs/arena/schema/submissions.sql

-- A trigger on some columns cannot have transition tables, so the function compares the states.
create trigger trg_notify_submission_scored after update on public.submissions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.notify_submission_scored();

-- packs/arena/schema/mv_agent_challenges.sql

select analytics.register_view(
    view_name => 'mv_agent_challenges',
    pack => 'arena',
    schedule => '6,16,26,36,46,56 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    refresh_on_change => '1 minute'
);

-- packs/arena/schema/mv_challenges.sql

select analytics.register_view(
    view_name => 'mv_challenges',
    pack => 'arena',
    schedule => '4,14,24,34,44,54 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '1 minute'
);

-- packs/arena/schema/mv_lane_score_distribution.sql

select analytics.register_view(
    view_name => 'mv_lane_score_distribution',
    pack => 'arena',
    schedule => '*/10 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '10 seconds'
);

-- packs/arena/schema/mv_weakness_patterns.sql

select analytics.register_view(
    view_name => 'mv_weakness_patterns',
    pack => 'arena',
    schedule => '3,33 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '10 seconds'
);

-- packs/arena/schema/notify_submission_scored.sql

-- Object: freshet.notify_submission_scored(), channel submission_scored
-- Why: `deno task listen` and listeners of the application learn of scores within a moment. NOTIFY takes a lock on the
--      whole database at commit, so commits that notify wait for each other: a statement notifies once for each
--      challenge, not once for each submission, and analytics.event_channels turns it off.
insert into analytics.event_channels (channel, pack)
values ('submission_scored', 'arena')
on conflict (channel) do update set pack = excluded.pack;

reset check_function_bodies;

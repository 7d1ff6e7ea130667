-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.

-- packs/arena/schema/mv_agent_progress.sql

-- Why: a new title changes every row of its challenge.
create index mv_agent_progress_challenge_id_idx
    on analytics.mv_agent_progress (challenge_id);

-- packs/arena/schema/mv_weakness_patterns.sql

-- Why: new quartiles change every row of their lane.
create index mv_weakness_patterns_lane_idx
    on analytics.mv_weakness_patterns (challenge_id, lane_key);

-- packs/arena/schema/mv_agent_challenges.sql

select analytics.register_view(
    view_name => 'mv_agent_challenges',
    pack => 'arena',
    schedule => '6,16,26,36,46,56 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    refresh_on_change => '1 minute',
    incremental => true
);

-- packs/arena/schema/mv_agent_challenges.sql

-- Why: a new title changes every row of its challenge.
create index mv_agent_challenges_challenge_id_idx
    on analytics.mv_agent_challenges (challenge_id);

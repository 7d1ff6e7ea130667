-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.

-- packs/arena/schema/mv_agent_progress.sql

select analytics.register_view(
    view_name => 'mv_agent_progress',
    pack => 'arena',
    schedule => '0 * * * *',
    stale_after => '130 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_composite_scores',
    incremental => true
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
    refresh_on_change => '10 seconds',
    incremental => true
);

-- packs/arena/schema/mv_weakness_patterns.sql

select analytics.register_view(
    view_name => 'mv_weakness_patterns',
    pack => 'arena',
    schedule => '3,33 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores',
    refresh_on_change => '10 seconds',
    incremental => true
);

-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.

-- packs/engagement/schema/review_sessions.sql

-- Why: analytics.review_session_usage is refreshed by week.
create index review_sessions_week_idx on public.review_sessions ((date_trunc('week', started_at at time zone 'UTC')::date));

-- packs/engagement/schema/active_learning_days.sql

select analytics.register_view(
    view_name => 'active_learning_days',
    pack => 'engagement',
    schedule => '11,41 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.learning_sessions.started_at',
    incremental => true
);

-- packs/engagement/schema/explanation_engagement.sql

select analytics.register_view(
    view_name => 'explanation_engagement',
    pack => 'engagement',
    schedule => '15,45 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.explanation_views.viewed_at',
    incremental => true
);

-- packs/engagement/schema/quiz_completion_rates.sql

select analytics.register_view(
    view_name => 'quiz_completion_rates',
    pack => 'engagement',
    schedule => '13,43 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.quiz_attempts.started_at',
    incremental => true
);

-- packs/engagement/schema/review_session_usage.sql

select analytics.register_view(
    view_name => 'review_session_usage',
    pack => 'engagement',
    schedule => '14,44 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.review_sessions.started_at',
    incremental => true
);

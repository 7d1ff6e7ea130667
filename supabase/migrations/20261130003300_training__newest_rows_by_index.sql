-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.

-- packs/training/schema/fact_scenario_attempts.sql

-- The newest fact is asked for at each refresh.
create index idx_fact_attempts_started_at on analytics.fact_scenario_attempts (started_at);

-- packs/training/schema/fact_kpi_events.sql

create index fact_kpi_events_created_at_idx on analytics.fact_kpi_events (created_at);

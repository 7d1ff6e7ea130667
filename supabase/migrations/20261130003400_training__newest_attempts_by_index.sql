-- Drafted by deno task new:migration from the schema files named below, in an order that works. Read it before you apply it.

-- packs/training/schema/fact_scenario_attempts.sql

-- Why: pages of all organisations, which the secret key reads. Those of one organisation come from idx_fact_attempts_org_date.
-- Why ascending, where the newest come first: it is read backward, and new attempts come to its end, where its pages fill up.
create index idx_fact_attempts_newest on analytics.fact_scenario_attempts (date_key, started_at, attempt_id);

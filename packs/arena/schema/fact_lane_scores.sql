-- Object: analytics.fact_lane_scores
-- Grain: one row per scored submission and lane
-- Reads: public.submissions, by triggers
-- Why: a refresh of a challenge with many submissions would parse the scores of all of them to add one. They are parsed
--      once, when they are written; a refresh then reads the numbers of one lane from an index, in their order.
-- Why not by month: a lane is read over all time, and the facts of a submission go with it.
-- Why lane_number: the name of a lane can be longer than a key may be, and then it is a flaw.
-- Why the checks: as in freshet.submitted_lane_scores, for rows that reach the table past the triggers.
create table analytics.fact_lane_scores (
    submission_id uuid not null,
    lane_number integer not null,
    agent_id uuid not null,
    challenge_id uuid not null,
    created_at timestamptz not null,
    lane_key text not null,
    lane_score numeric check (abs(lane_score) < 1e15 and scale(trim_scale(lane_score)) <= 100),
    lane_value jsonb,
    flaw text,
    primary key (submission_id, lane_number),
    check ((lane_score is null) = (flaw is not null)),
    check (
        flaw is not null
        or created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00' and length(lane_key) between 1 and 200
    )
);

create index fact_lane_scores_lane_idx on analytics.fact_lane_scores (challenge_id, lane_key, lane_score)
    include (created_at) where lane_score is not null;

create index fact_lane_scores_agent_id_idx on analytics.fact_lane_scores (agent_id, challenge_id, lane_key)
    where lane_score is not null;

-- Why: each refresh counts them.
create index fact_lane_scores_flaw_idx on analytics.fact_lane_scores (challenge_id) where flaw is not null;

alter table analytics.fact_lane_scores enable row level security;

revoke all on table analytics.fact_lane_scores from public, anon, authenticated;

comment on table analytics.fact_lane_scores is
    'Lane scores of scored submissions, written by triggers of public.submissions. Repair: analytics.backfill_lane_scores().';

comment on column analytics.fact_lane_scores.lane_number is
    'Place of the lane in the submission''s scores, from 1 on: jsonb orders names by length, then by bytes.';

comment on column analytics.fact_lane_scores.created_at is 'When the submission was made.';

comment on column analytics.fact_lane_scores.lane_score is 'Null where the value cannot be read.';

comment on column analytics.fact_lane_scores.lane_value is 'As submitted, where lane_score is null; null elsewhere.';

comment on column analytics.fact_lane_scores.flaw is 'Why the value is left out; null where lane_score could be read.';

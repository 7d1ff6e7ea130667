-- Baseline of arena, written by tools/schema/baseline.ts from the files named below, which hold the current text.
-- Bodies may name what a later statement makes, so they are not checked here; the house tests check every one.
set check_function_bodies = off;

-- packs/arena/schema/agents.sql

-- Object: public.agents
-- Grain: one row per agent
-- Why: table of the application; see public.submissions. Signed-in users read only their own agents.
create table public.agents (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    owner_id uuid,
    created_at timestamptz not null default now()
);

create index agents_owner_id_idx on public.agents (owner_id);

alter table public.agents enable row level security;

revoke all on table public.agents from public, anon, authenticated;

grant select on table public.agents to authenticated;

grant select, insert, update, delete on table public.agents to service_role;

comment on column public.agents.owner_id is 'auth.users.id of the owner; null for an agent of the platform.';

-- packs/arena/schema/challenges.sql

-- Object: public.challenges
-- Grain: one row per challenge
-- Why: table of the application; see public.submissions. Every signed-in user reads the catalogue.
create table public.challenges (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    created_at timestamptz not null default now()
);

alter table public.challenges enable row level security;

revoke all on table public.challenges from public, anon, authenticated;

grant select on table public.challenges to authenticated;

grant select, insert, update, delete on table public.challenges to service_role;

-- packs/arena/schema/named_agents.sql

-- Object: analytics.named_agents
-- Grain: one row per agent
-- Reads: public.agents
-- Serves: /analytics/arena/agents
-- Why: the owner of an agent is read live, and its name is in the same row: the version of agents_of_user moves with
--      both, so a renamed agent has its new name within three seconds.
create view analytics.named_agents
with (security_invoker = on)
as
select a.id as agent_id, a.name
from public.agents as a;

revoke all on table analytics.named_agents from public, anon, authenticated;

comment on view analytics.named_agents is 'Agents by name.';

-- packs/arena/schema/scope_agents_of_user.sql

-- Object: freshet.scope_agents_of_user(); live relation agents_of_user
-- Why: owners are uuids, and user ids are text. A user whose id is not a uuid owns no agent, and asking for one is no
--      error. Ownership is read from the live table, and answers are cached: when an agent changes hands, its former
--      owner must not be able to read it until the next refresh.
create function freshet.scope_agents_of_user(subject text)
returns setof text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select a.id::text from public.agents as a where a.owner_id = freshet.canonical_uuid(subject);
$$;

revoke all on function freshet.scope_agents_of_user(text) from public, anon, authenticated;

comment on function freshet.scope_agents_of_user(text) is 'Scope relation agents_of_user: the agents that a user owns.';

-- packs/arena/schema/bouts.sql

-- Object: public.bouts
-- Grain: one row per bout of a challenge
-- Why: table of the application; see public.submissions.
create table public.bouts (
    id uuid primary key default gen_random_uuid(),
    challenge_id uuid not null references public.challenges (id) on delete cascade,
    started_at timestamptz not null default now()
);

create index bouts_challenge_id_idx on public.bouts (challenge_id);

alter table public.bouts enable row level security;

revoke all on table public.bouts from public, anon, authenticated;

grant select on table public.bouts to authenticated;

grant select, insert, update, delete on table public.bouts to service_role;

-- packs/arena/schema/submissions.sql

-- Object: public.submissions
-- Grain: one row per submission of an agent to a challenge
-- Why: this and the pack's other tables in public belong to the application, which writes here; nothing analytical is
--      ever added to them. Row security: signed-in users read the catalogue and the rows of their own agents. Only the
--      service role writes.
create table public.submissions (
    id uuid primary key default gen_random_uuid(),
    agent_id uuid not null references public.agents (id) on delete cascade,
    challenge_id uuid not null references public.challenges (id) on delete cascade,
    bout_id uuid references public.bouts (id) on delete set null,
    status text not null default 'submitted' check (status in ('submitted', 'judging', 'scored', 'rejected')),
    final_lane_scores jsonb,
    composite_score numeric,
    created_at timestamptz not null default now()
);

create index submissions_agent_id_idx on public.submissions (agent_id, challenge_id, created_at);

create index submissions_challenge_id_idx on public.submissions (challenge_id, created_at);

create index submissions_bout_id_idx on public.submissions (bout_id);

create index submissions_created_at_idx on public.submissions (created_at);

alter table public.submissions enable row level security;

revoke all on table public.submissions from public, anon, authenticated;

grant select on table public.submissions to authenticated;

grant select, insert, update, delete on table public.submissions to service_role;

comment on column public.submissions.final_lane_scores is
    'Object of lane key to score. Scores are numbers or numeric strings; the views leave out and count anything else.';

-- packs/arena/schema/bout_results.sql

-- Object: public.bout_results
-- Grain: one row per decided bout
-- Why: table of the application; see public.submissions.
create table public.bout_results (
    bout_id uuid primary key references public.bouts (id) on delete cascade,
    winner_agent_id uuid references public.agents (id) on delete set null,
    decided_at timestamptz not null default now()
);

create index bout_results_winner_agent_id_idx on public.bout_results (winner_agent_id);

alter table public.bout_results enable row level security;

revoke all on table public.bout_results from public, anon, authenticated;

grant select on table public.bout_results to authenticated;

grant select, insert, update, delete on table public.bout_results to service_role;

-- packs/arena/schema/judge_outputs.sql

-- Object: public.judge_outputs
-- Grain: one row per output of a judge for a submission
-- Why: table of the application; see public.submissions.
create table public.judge_outputs (
    id uuid primary key default gen_random_uuid(),
    submission_id uuid not null references public.submissions (id) on delete cascade,
    judge text not null,
    lane_key text not null,
    score numeric,
    rationale text,
    created_at timestamptz not null default now()
);

create index judge_outputs_submission_id_idx on public.judge_outputs (submission_id);

alter table public.judge_outputs enable row level security;

revoke all on table public.judge_outputs from public, anon, authenticated;

grant select on table public.judge_outputs to authenticated;

grant select, insert, update, delete on table public.judge_outputs to service_role;

-- packs/arena/schema/lane_scores.sql

-- Object: analytics.lane_scores
-- Grain: one row per scored submission and lane
-- Reads: public.submissions
-- Serves: the arena's views; rejected_lane_scores shows what they leave out, and why
-- Why: one place decides how a lane score is read from jsonb, because one row that cannot be read must not stop a view
--      for everyone. A score is a JSON number, or a string that reads as a decimal number, below 10^15 in magnitude and
--      with at most 100 decimals: percentiles are floats, which cannot represent 1e-400. NaN, infinities, booleans,
--      nulls, objects and words are rejected. Only ASCII blanks may surround a number, because the cast to numeric
--      accepts no others. The name of a lane is at most 200 characters long: it is part of keys, and an index entry
--      holds no more than 2,704 bytes. The moment of the submission is between 1900 and 2200, so that a date of four
--      digits can name its week.
create view analytics.lane_scores
with (security_invoker = on)
as
with lane_values as (
    select
        s.id as submission_id,
        s.agent_id,
        s.challenge_id,
        s.created_at,
        l.lane_key,
        l.lane_value,
        case
            when jsonb_typeof(l.lane_value) = 'number'
                then (l.lane_value #>> '{}')::numeric
            when jsonb_typeof(l.lane_value) = 'string'
                and l.lane_value #>> '{}'
                    ~ '^[ \t\n\v\f\r]*[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?[ \t\n\v\f\r]*$'
                then (l.lane_value #>> '{}')::numeric
        end as read_score
    from public.submissions as s
    cross join lateral jsonb_each(
        -- A value that is not an object is one rejected value under an empty key.
        case when jsonb_typeof(s.final_lane_scores) = 'object'
            then s.final_lane_scores
            else jsonb_build_object('', s.final_lane_scores)
        end
    ) as l (lane_key, lane_value)
    where s.status = 'scored' and s.final_lane_scores is not null
),
judged as (
    select
        v.*,
        case
            when v.lane_key = '' then 'the lane has no name'
            when length(v.lane_key) > 200 then 'the name of the lane is longer than 200 characters'
            when v.read_score is null then 'the value is no number'
            when not abs(v.read_score) < 1e15 then 'the score is 10^15 or more'
            when scale(trim_scale(v.read_score)) > 100 then 'the score has more than 100 decimals'
            when v.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
                then 'the moment of the submission is not between 1900 and 2200'
        end as flaw
    from lane_values as v
)
select
    j.submission_id,
    j.agent_id,
    j.challenge_id,
    j.created_at,
    j.lane_key,
    j.lane_value,
    case when j.flaw is null then j.read_score end as lane_score,
    j.flaw
from judged as j;

revoke all on table analytics.lane_scores from public, anon, authenticated;

comment on view analytics.lane_scores is 'Lane scores of scored submissions; lane_score is null where the value cannot be read.';

comment on column analytics.lane_scores.flaw is 'Why the value is left out; null where lane_score could be read.';

-- packs/arena/schema/mv_agent_challenges.sql

-- Object: analytics.mv_agent_challenges
-- Grain: one row per agent and challenge to which it has submitted, scored or not
-- Reads: public.submissions, public.challenges
-- Serves: /analytics/arena/agent-challenges
-- Refresh: every 10 minutes
-- Why: the list of challenges on an agent's page. A submission with an implausible moment is counted, but its moment is
--      ignored.
create materialized view analytics.mv_agent_challenges as
with agent_challenges as (
    select
        s.agent_id,
        s.challenge_id,
        count(*) as submissions_count,
        count(*) filter (where s.status = 'scored') as scored_count,
        max(s.created_at) filter (where s.created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00') as last_submission_at
    from public.submissions as s
    group by s.agent_id, s.challenge_id
)
select
    a.agent_id,
    a.challenge_id,
    c.title as challenge_title,
    a.submissions_count,
    a.scored_count,
    a.last_submission_at
from agent_challenges as a
join public.challenges as c on c.id = a.challenge_id
with no data;

create unique index mv_agent_challenges_key
    on analytics.mv_agent_challenges (agent_id, challenge_id);

comment on materialized view analytics.mv_agent_challenges is
    'The challenges to which an agent has submitted, and how often.';

comment on column analytics.mv_agent_challenges.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_agent_challenges.submissions_count is 'Submissions in any state.';

comment on column analytics.mv_agent_challenges.scored_count is 'Scored submissions among them.';

comment on column analytics.mv_agent_challenges.last_submission_at is 'Null where no moment between 1900 and 2200 is known.';

-- packs/arena/schema/mv_agent_progress.sql

-- Object: analytics.mv_agent_progress
-- Grain: one row per agent, challenge and week (Monday, UTC)
-- Reads: public.submissions, public.challenges
-- Serves: /analytics/arena/progress
-- Refresh: hourly
-- Why: week over week is computed here, once, so that no reader compares weeks with a gap between them.
create materialized view analytics.mv_agent_progress as
with scored_submissions as (
    select
        s.agent_id,
        s.challenge_id,
        date_trunc('week', s.created_at at time zone 'UTC')::date as week,
        s.composite_score
    from public.submissions as s
    where s.status = 'scored'
        and s.created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
        and abs(s.composite_score) < 1e15
        and scale(trim_scale(s.composite_score)) <= 100
),
weeks as (
    select
        s.agent_id,
        s.challenge_id,
        s.week,
        count(*) as submission_count,
        avg(s.composite_score) as avg_score,
        max(s.composite_score) as best_score,
        min(s.composite_score) as worst_score
    from scored_submissions as s
    group by s.agent_id, s.challenge_id, s.week
)
select
    w.agent_id,
    w.challenge_id,
    c.title as challenge_title,
    w.week,
    w.submission_count,
    round(w.avg_score, 3) as avg_composite_score,
    round(w.best_score, 3) as best_composite_score,
    round(w.worst_score, 3) as worst_composite_score,
    -- The previous row is the previous week only if no week is missing between them.
    case
        when lag(w.week) over weeks_of_agent = w.week - 7
            then round(w.avg_score - lag(w.avg_score) over weeks_of_agent, 3)
    end as wow_composite_delta
from weeks as w
join public.challenges as c on c.id = w.challenge_id
window weeks_of_agent as (partition by w.agent_id, w.challenge_id order by w.week)
with no data;

create unique index idx_mv_progress_pk
    on analytics.mv_agent_progress (agent_id, challenge_id, week);

comment on materialized view analytics.mv_agent_progress is 'An agent''s composite scores by week.';

comment on column analytics.mv_agent_progress.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_agent_progress.week is 'Monday of the ISO week of the UTC timestamp.';

comment on column analytics.mv_agent_progress.wow_composite_delta is 'Change of the average against the week before; null when that week has no submission.';

-- packs/arena/schema/mv_lane_score_distribution.sql

-- Object: analytics.mv_lane_score_distribution
-- Grain: one row per challenge and lane; challenges are never mixed
-- Reads: public.submissions (through analytics.lane_scores), public.challenges
-- Serves: /analytics/arena/lane-distributions; source of mv_weakness_patterns
-- Refresh: every 10 minutes
-- Why: percentiles need all scores of a lane, so they are stored.
create materialized view analytics.mv_lane_score_distribution as
with lane_scores as (
    select s.challenge_id, s.lane_key, s.lane_score, s.created_at
    from analytics.lane_scores as s
    where s.lane_score is not null
),
lanes as (
    select
        s.challenge_id,
        s.lane_key,
        count(*) as sample_count,
        round(avg(s.lane_score), 3) as mean_score,
        round(stddev(s.lane_score), 3) as stddev_score,
        round(min(s.lane_score), 3) as min_score,
        round(max(s.lane_score), 3) as max_score,
        round(percentile_cont(0.10) within group (order by s.lane_score)::numeric, 3) as p10,
        round(percentile_cont(0.25) within group (order by s.lane_score)::numeric, 3) as p25,
        round(percentile_cont(0.50) within group (order by s.lane_score)::numeric, 3) as p50,
        round(percentile_cont(0.75) within group (order by s.lane_score)::numeric, 3) as p75,
        round(percentile_cont(0.90) within group (order by s.lane_score)::numeric, 3) as p90,
        max(s.created_at) as last_submission_at
    from lane_scores as s
    group by s.challenge_id, s.lane_key
)
select
    l.challenge_id,
    c.title as challenge_title,
    l.lane_key,
    l.sample_count,
    l.mean_score,
    l.stddev_score,
    l.min_score,
    l.max_score,
    l.p10,
    l.p25,
    l.p50,
    l.p75,
    l.p90,
    l.last_submission_at
from lanes as l
join public.challenges as c on c.id = l.challenge_id
with no data;

create unique index idx_mv_lane_dist_pk
    on analytics.mv_lane_score_distribution (challenge_id, lane_key);

comment on materialized view analytics.mv_lane_score_distribution is 'Lane score percentiles per challenge and lane.';

comment on column analytics.mv_lane_score_distribution.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_lane_score_distribution.stddev_score is 'Sample standard deviation; null for one sample.';

-- packs/arena/schema/mv_time_to_first_win.sql

-- Object: analytics.mv_time_to_first_win
-- Grain: one row per challenge that an agent has won
-- Reads: public.submissions, public.bout_results, public.challenges
-- Serves: /analytics/arena/time-to-first-win
-- Refresh: every 4 hours
-- Why: first submissions and first wins are found in all rows of a challenge, so the average is stored. Averages of
--      fewer than five agents are not served.
create materialized view analytics.mv_time_to_first_win as
with scored_submissions as (
    select s.agent_id, s.challenge_id, s.bout_id, s.created_at
    from public.submissions as s
    where s.status = 'scored' and s.created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
),
first_submissions as (
    select s.agent_id, s.challenge_id, min(s.created_at) as first_at
    from scored_submissions as s
    group by s.agent_id, s.challenge_id
),
first_wins as (
    select s.agent_id, s.challenge_id, min(s.created_at) as first_win_at
    from scored_submissions as s
    join public.bout_results as r on r.bout_id = s.bout_id and r.winner_agent_id = s.agent_id
    group by s.agent_id, s.challenge_id
),
challenges_won as (
    select
        f.challenge_id,
        count(*) as agents_with_win,
        round(avg(extract(epoch from w.first_win_at - f.first_at) / 86400), 1) as avg_days_to_first_win
    from first_submissions as f
    join first_wins as w on w.agent_id = f.agent_id and w.challenge_id = f.challenge_id
    group by f.challenge_id
)
select
    w.challenge_id,
    c.title as challenge_title,
    w.agents_with_win,
    w.avg_days_to_first_win
from challenges_won as w
join public.challenges as c on c.id = w.challenge_id
with no data;

create unique index idx_mv_ttfw_pk
    on analytics.mv_time_to_first_win (challenge_id);

comment on materialized view analytics.mv_time_to_first_win is 'Days from first scored submission to first win, averaged over the agents that have won.';

comment on column analytics.mv_time_to_first_win.challenge_title is 'As of the last refresh.';

comment on column analytics.mv_time_to_first_win.agents_with_win is
    'Agents behind the average; rows with fewer than five are not served.';

-- packs/arena/schema/mv_weakness_patterns.sql

-- Object: analytics.mv_weakness_patterns
-- Grain: one row per agent, challenge and lane with at least two scored submissions
-- Reads: public.submissions (through analytics.lane_scores), analytics.mv_lane_score_distribution
-- Serves: /analytics/arena/weakness-patterns
-- Refresh: every 30 minutes, three minutes after the distribution that it compares with
-- Why: the slope is least squares in exact numerics, (n Σxy - Σx Σy) / (n Σx² - (Σx)²) with x in seconds: regr_slope
--      works in floats, whose last bits depend on the plan. It is null when all submissions have one time.
create materialized view analytics.mv_weakness_patterns as
with lane_scores as (
    select
        s.agent_id,
        s.challenge_id,
        s.lane_key,
        s.lane_score as y,
        extract(epoch from s.created_at) as x
    from analytics.lane_scores as s
    where s.lane_score is not null
),
lane_stats as (
    select
        s.agent_id,
        s.challenge_id,
        s.lane_key,
        count(*) as attempt_count,
        round(avg(s.y), 3) as avg_score,
        round(min(s.y), 3) as min_score,
        round(max(s.y), 3) as max_score,
        count(*) * sum(s.x * s.y) - sum(s.x) * sum(s.y) as slope_numerator,
        nullif(count(*) * sum(s.x * s.x) - sum(s.x) * sum(s.x), 0) as slope_denominator
    from lane_scores as s
    group by s.agent_id, s.challenge_id, s.lane_key
    having count(*) >= 2
)
select
    a.agent_id,
    a.challenge_id,
    d.challenge_title,
    a.lane_key,
    a.attempt_count,
    a.avg_score,
    a.min_score,
    a.max_score,
    a.slope_numerator / a.slope_denominator as score_trend_slope,
    a.slope_numerator * 86400 / a.slope_denominator as score_trend_per_day,
    case
        when a.avg_score < d.p25 then 'persistent_weakness'
        when a.avg_score < d.p50 then 'below_median'
        when a.avg_score > d.p75 then 'consistent_strength'
        else 'average'
    end as performance_category,
    d.p25 as challenge_p25,
    d.p50 as challenge_p50,
    d.p75 as challenge_p75,
    d.sample_count as challenge_sample_count
from lane_stats as a
join analytics.mv_lane_score_distribution as d
    on d.challenge_id = a.challenge_id
    and d.lane_key = a.lane_key
with no data;

create unique index idx_mv_weakness_pk
    on analytics.mv_weakness_patterns (agent_id, challenge_id, lane_key);

create index idx_mv_weakness_category
    on analytics.mv_weakness_patterns (performance_category, challenge_id);

comment on materialized view analytics.mv_weakness_patterns is
    'An agent''s results in a lane of a challenge, compared with all agents.';

comment on column analytics.mv_weakness_patterns.challenge_title is 'As of the last refresh of the distribution.';

comment on column analytics.mv_weakness_patterns.score_trend_slope is 'Least-squares slope, points per second, not rounded. Positive: improving.';

comment on column analytics.mv_weakness_patterns.score_trend_per_day is 'The same slope, points per day.';

comment on column analytics.mv_weakness_patterns.challenge_sample_count is
    'Samples behind the quartiles; rows with fewer than five are not served.';

-- packs/arena/schema/named_agent_challenges.sql

-- Object: analytics.named_agent_challenges
-- Grain: as analytics.mv_agent_challenges
-- Reads: analytics.mv_agent_challenges, public.agents
-- Serves: /analytics/arena/agent-challenges
-- Why: adds the agents' names; see analytics.named_agents.
create view analytics.named_agent_challenges
with (security_invoker = on)
as
select
    c.agent_id,
    a.name as agent_name,
    c.challenge_id,
    c.challenge_title,
    c.submissions_count,
    c.scored_count,
    c.last_submission_at
from analytics.mv_agent_challenges as c
left join public.agents as a on a.id = c.agent_id;

revoke all on table analytics.named_agent_challenges from public, anon, authenticated;

comment on view analytics.named_agent_challenges is 'mv_agent_challenges with the names of the agents, read live.';

comment on column analytics.named_agent_challenges.agent_name is 'Null where the agent was deleted after the last refresh.';

-- packs/arena/schema/named_agent_progress.sql

-- Object: analytics.named_agent_progress
-- Grain: as analytics.mv_agent_progress
-- Reads: analytics.mv_agent_progress, public.agents
-- Serves: /analytics/arena/progress
-- Why: adds the agents' names; see analytics.named_agents.
create view analytics.named_agent_progress
with (security_invoker = on)
as
select
    p.agent_id,
    a.name as agent_name,
    p.challenge_id,
    p.challenge_title,
    p.week,
    p.submission_count,
    p.avg_composite_score,
    p.best_composite_score,
    p.worst_composite_score,
    p.wow_composite_delta
from analytics.mv_agent_progress as p
left join public.agents as a on a.id = p.agent_id;

revoke all on table analytics.named_agent_progress from public, anon, authenticated;

comment on view analytics.named_agent_progress is 'mv_agent_progress with the names of the agents, read live.';

comment on column analytics.named_agent_progress.agent_name is 'Null where the agent was deleted after the last refresh.';

-- packs/arena/schema/named_weakness_patterns.sql

-- Object: analytics.named_weakness_patterns
-- Grain: as analytics.mv_weakness_patterns
-- Reads: analytics.mv_weakness_patterns, public.agents
-- Serves: /analytics/arena/weakness-patterns
-- Why: adds the agents' names; see analytics.named_agents.
create view analytics.named_weakness_patterns
with (security_invoker = on)
as
select
    w.agent_id,
    a.name as agent_name,
    w.challenge_id,
    w.challenge_title,
    w.lane_key,
    w.attempt_count,
    w.avg_score,
    w.min_score,
    w.max_score,
    w.score_trend_slope,
    w.score_trend_per_day,
    w.performance_category,
    w.challenge_p25,
    w.challenge_p50,
    w.challenge_p75,
    w.challenge_sample_count
from analytics.mv_weakness_patterns as w
left join public.agents as a on a.id = w.agent_id;

revoke all on table analytics.named_weakness_patterns from public, anon, authenticated;

comment on view analytics.named_weakness_patterns is 'mv_weakness_patterns with the names of the agents, read live.';

comment on column analytics.named_weakness_patterns.agent_name is 'Null where the agent was deleted after the last refresh.';

-- packs/arena/schema/rejected_composite_scores.sql

-- Object: analytics.rejected_composite_scores
-- Grain: one row per scored submission with a composite score that cannot be used
-- Reads: public.submissions
-- Serves: the count of what mv_agent_progress leaves out
-- Why: a value that is left out must be findable.
create view analytics.rejected_composite_scores
with (security_invoker = on)
as
select
    s.id as submission_id,
    s.agent_id,
    s.challenge_id,
    s.created_at,
    s.composite_score,
    case
        when s.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
            then 'the moment of the submission is not between 1900 and 2200'
        when not abs(s.composite_score) < 1e15 then 'the score is no number below 10^15'
        else 'the score has more than 100 decimals'
    end as flaw
from public.submissions as s
where s.status = 'scored'
    and s.composite_score is not null
    and (
        s.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
        or not abs(s.composite_score) < 1e15
        or scale(trim_scale(s.composite_score)) > 100
    );

revoke all on table analytics.rejected_composite_scores from public, anon, authenticated;

comment on view analytics.rejected_composite_scores is 'Composite scores that mv_agent_progress leaves out, and why.';

-- packs/arena/schema/rejected_lane_scores.sql

-- Object: analytics.rejected_lane_scores
-- Grain: one row per scored submission and lane with a value that cannot be read
-- Reads: analytics.lane_scores
-- Serves: the count of what the arena's views leave out
-- Why: a value that is left out must be findable.
create view analytics.rejected_lane_scores
with (security_invoker = on)
as
select
    s.submission_id,
    s.challenge_id,
    s.lane_key,
    s.lane_value,
    s.flaw
from analytics.lane_scores as s
where s.flaw is not null;

revoke all on table analytics.rejected_lane_scores from public, anon, authenticated;

comment on view analytics.rejected_lane_scores is 'Lane values that the arena''s views leave out.';

-- packs/arena/schema/rejected_submissions.sql

-- Object: analytics.rejected_submissions
-- Grain: one row per scored submission with an implausible moment
-- Reads: public.submissions
-- Serves: the count of what mv_time_to_first_win leaves out
-- Why: a submission that is left out must be findable.
create view analytics.rejected_submissions
with (security_invoker = on)
as
select
    s.id as submission_id,
    s.agent_id,
    s.challenge_id,
    s.created_at,
    'the moment of the submission is not between 1900 and 2200' as flaw
from public.submissions as s
where s.status = 'scored' and s.created_at not between '1900-01-01 00:00+00' and '2200-01-01 00:00+00';

revoke all on table analytics.rejected_submissions from public, anon, authenticated;

comment on view analytics.rejected_submissions is
    'Scored submissions with an implausible moment, which mv_time_to_first_win leaves out.';

-- packs/arena/schema/mv_challenges.sql

-- Object: analytics.mv_challenges
-- Grain: one row per challenge with a scored lane
-- Reads: analytics.mv_lane_score_distribution
-- Serves: /analytics/arena/challenges
-- Refresh: every 10 minutes, four minutes after the distribution
-- Why: a page offers a choice of challenges, and says how many of their lanes it may not show. The list is public, as
--      the distributions are, and under the same guard: a challenge without a lane that can be shown is not served, and
--      one without a submission, which may not have been announced yet, has no row.
create materialized view analytics.mv_challenges as
with lanes as (
    select d.challenge_id, d.challenge_title, d.sample_count, d.last_submission_at
    from analytics.mv_lane_score_distribution as d
)
select
    l.challenge_id,
    l.challenge_title as title,
    count(*) as lanes_count,
    -- The same five as in packs/arena/resources/lane_distributions.ts; a test compares.
    count(*) filter (where l.sample_count < 5) as withheld_lanes_count,
    max(l.sample_count) as samples_of_fullest_lane_count,
    max(l.last_submission_at) as last_submission_at
from lanes as l
group by l.challenge_id, l.challenge_title
with no data;

create unique index mv_challenges_key
    on analytics.mv_challenges (challenge_id);

comment on materialized view analytics.mv_challenges is 'Challenges that have scores, with the number of their lanes.';

comment on column analytics.mv_challenges.title is 'As of the last refresh.';

comment on column analytics.mv_challenges.lanes_count is 'Lanes with a usable score.';

comment on column analytics.mv_challenges.withheld_lanes_count is
    'Those with fewer than five samples, which lane-distributions does not show.';

comment on column analytics.mv_challenges.samples_of_fullest_lane_count is
    'Samples of the lane with the most. Fewer than five: no lane can be shown, and the challenge is not served.';

comment on column analytics.mv_challenges.last_submission_at is 'Latest submission with a usable score.';

-- packs/arena/schema/agents.sql

create policy agents_are_read_by_their_owner on public.agents
    for select to authenticated using (owner_id = (select freshet.claimed_uuid('sub')));

-- packs/arena/schema/bout_results.sql

create policy bout_results_are_read_by_signed_in_users on public.bout_results
    for select to authenticated using (true);

-- packs/arena/schema/bouts.sql

create policy bouts_are_read_by_signed_in_users on public.bouts
    for select to authenticated using (true);

-- packs/arena/schema/challenges.sql

create policy challenges_are_read_by_signed_in_users on public.challenges
    for select to authenticated using (true);

-- packs/arena/schema/judge_outputs.sql

create policy judge_outputs_are_read_by_the_agents_owner on public.judge_outputs
    for select to authenticated using (
        submission_id in (
            select s.id
            from public.submissions as s
            join public.agents as a on a.id = s.agent_id
            where a.owner_id = (select freshet.claimed_uuid('sub'))
        )
    );

-- packs/arena/schema/submissions.sql

create policy submissions_are_read_by_the_agents_owner on public.submissions
    for select to authenticated using (agent_id in (select a.id from public.agents as a where a.owner_id = (select freshet.claimed_uuid('sub'))));

-- packs/arena/schema/mv_agent_challenges.sql

select analytics.register_view(
    view_name => 'mv_agent_challenges',
    pack => 'arena',
    schedule => '6,16,26,36,46,56 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at'
);

-- packs/arena/schema/mv_agent_progress.sql

select analytics.register_view(
    view_name => 'mv_agent_progress',
    pack => 'arena',
    schedule => '0 * * * *',
    stale_after => '130 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_composite_scores'
);

-- packs/arena/schema/mv_challenges.sql

select analytics.register_view(
    view_name => 'mv_challenges',
    pack => 'arena',
    schedule => '4,14,24,34,44,54 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores'
);

-- packs/arena/schema/mv_lane_score_distribution.sql

select analytics.register_view(
    view_name => 'mv_lane_score_distribution',
    pack => 'arena',
    schedule => '*/10 * * * *',
    stale_after => '25 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores'
);

-- packs/arena/schema/mv_time_to_first_win.sql

select analytics.register_view(
    view_name => 'mv_time_to_first_win',
    pack => 'arena',
    schedule => '0 */4 * * *',
    stale_after => '9 hours',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_submissions'
);

-- packs/arena/schema/mv_weakness_patterns.sql

select analytics.register_view(
    view_name => 'mv_weakness_patterns',
    pack => 'arena',
    schedule => '3,33 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_lane_scores'
);

-- packs/arena/schema/named_agents.sql

select analytics.register_live(name => 'named_agents', pack => 'arena', sources => array['public.agents']::regclass[]);

-- packs/arena/schema/scope_agents_of_user.sql

select analytics.register_live(name => 'agents_of_user', pack => 'arena', sources => array['public.agents']::regclass[]);

reset check_function_bodies;

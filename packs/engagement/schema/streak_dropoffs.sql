-- Object: analytics.streak_dropoffs
-- Grain: one row per streak length in days, from 1 to the longest
-- Reads: analytics.active_learning_days
-- Serves: /analytics/engagement/streak-dropoffs; source of summary_stats
-- Refresh: every 30 minutes, five minutes after the days that it reads
-- Why materialized: a day can lengthen a streak, and every length up to it counts it; and days come without a write.
-- Why: "today" is the newest active day in the data, not the clock's: the figures depend on the rows alone. A streak of
--      n days has reached 1, 2, … n, and, once over, has ended at n.
create materialized view analytics.streak_dropoffs as
with past_days as (
    select d.user_id, d.active_on
    from analytics.active_learning_days as d
    where d.active_on <= (now() at time zone 'UTC')::date
),
active_days as (
    select
        d.user_id,
        d.active_on,
        -- A date minus its row number is the same for all days of one streak.
        d.active_on - row_number() over (partition by d.user_id order by d.active_on)::integer as streak_id
    from past_days as d
),
newest_day as (
    select max(d.active_on) as active_on from past_days as d
),
streaks as (
    select d.user_id, d.streak_id, count(*)::integer as streak_days, max(d.active_on) as last_on
    from active_days as d
    group by d.user_id, d.streak_id
),
streaks_of_length as (
    select
        s.streak_days,
        count(*) as streaks_count,
        count(*) filter (where s.last_on < n.active_on) as ended_count
    from streaks as s
    cross join newest_day as n
    group by s.streak_days
),
lengths as (
    select generate_series(1, max(s.streak_days)) as streak_days from streaks_of_length as s
),
reached as (
    select
        l.streak_days,
        -- Summed from the longest down: a streak has reached every length up to its own.
        sum(coalesce(s.streaks_count, 0)) over (order by l.streak_days desc) as reached_count,
        coalesce(s.ended_count, 0) as ended_count
    from lengths as l
    left join streaks_of_length as s on s.streak_days = l.streak_days
)
select
    r.streak_days,
    r.reached_count::bigint as reached_count,
    r.ended_count,
    round(r.ended_count / r.reached_count, 4) as dropoff_rate
from reached as r
with no data;

create unique index streak_dropoffs_key
    on analytics.streak_dropoffs (streak_days);

comment on materialized view analytics.streak_dropoffs is
    'After how many consecutive active days learners stop. Days in the future are left out.';

comment on column analytics.streak_dropoffs.streak_days is 'Length of a streak: a run of consecutive active days of one learner.';

comment on column analytics.streak_dropoffs.reached_count is 'Streaks of at least this length.';

comment on column analytics.streak_dropoffs.ended_count is
    'Streaks of exactly this length whose last day is before the newest active day that is not in the future.';

comment on column analytics.streak_dropoffs.dropoff_rate is 'ended_count / reached_count, four decimals.';

select analytics.register_view(
    view_name => 'streak_dropoffs',
    pack => 'engagement',
    schedule => '16,46 * * * *',
    stale_after => '70 minutes',
    rebuild_after => '1 day'
);

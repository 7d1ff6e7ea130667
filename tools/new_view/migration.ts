import type { NewView } from "./names.ts";

/** A view's migration: header, view, unique key, comments, registration. It works as written, over one table. */
export function migrationSource({ pack, view, resource }: NewView): string {
  return `-- Object: analytics.${view}
-- Grain: one row per challenge and UTC day
-- Reads: public.submissions
-- Serves: /analytics/${pack}/${resource}
-- Refresh: every 30 minutes

create materialized view analytics.${view} as
with scored_submissions as (
    select
        s.challenge_id,
        s.composite_score,
        (s.created_at at time zone 'UTC')::date as day
    from public.submissions as s
    -- What no answer could say is left out and counted: one such row would stop all others.
    where s.status = 'scored'
        and s.created_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
        and abs(s.composite_score) < 1e15
        and scale(trim_scale(s.composite_score)) <= 100
)
select
    d.challenge_id,
    d.day,
    count(*) as sample_count,
    round(avg(d.composite_score), 3) as avg_composite_score
from scored_submissions as d
group by d.challenge_id, d.day
with no data;

create unique index ${view}_key
    on analytics.${view} (challenge_id, day);

comment on materialized view analytics.${view} is 'Scored submissions of a challenge on one UTC day.';
comment on column analytics.${view}.sample_count is 'Submissions behind the average; fewer than five never leave the API.';

select analytics.register_view(
    view_name => '${view}',
    pack => '${pack}',
    schedule => '7,37 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.submissions.created_at',
    rejects => 'analytics.rejected_composite_scores'
);
`;
}

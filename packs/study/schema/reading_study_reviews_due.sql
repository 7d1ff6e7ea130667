-- Object: freshet.reading_study_reviews_due() and its row type
-- Grain: one row per question that is due by the end of the period asked about
-- Reads: analytics.question_reviews, public.topics
-- Serves: /analytics/study/reviews/due
create type freshet.study_reviews_due_row as (
    user_id text,
    question_id uuid,
    topic_id uuid,
    topic_name text,
    due_on date,
    overdue_days integer,
    interval_days integer,
    repetition integer,
    easiness_factor numeric,
    last_answered_at timestamptz
);

create function freshet.reading_study_reviews_due(asked jsonb)
returns setof freshet.study_reviews_due_row
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select
        r.user_id, r.question_id, r.topic_id, t.name, r.due_on,
        greatest((asked ->> 'today')::date - r.due_on, 0),
        r.interval_days, r.repetition, r.easiness_factor, r.last_answered_at
    from analytics.question_reviews as r
    join public.topics as t on t.id = r.topic_id
    where r.user_id = asked ->> 'person'
        and r.due_on <= (asked ->> 'today')::date + (asked #>> '{params,days_ahead}')::integer;
$$;

revoke all on function freshet.reading_study_reviews_due(jsonb) from public, anon, authenticated;

comment on function freshet.reading_study_reviews_due(jsonb) is 'Questions whose next review is today, was before, or is within some days. Idempotent.';

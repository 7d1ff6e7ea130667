begin;
select plan(4);

create function pg_temp.mapping(name text) returns text[] language sql as $$
    select array_agg(g.one order by g.one)
    from (
        select format(
            '%s: %s', m.source,
            string_agg(format('%s = %s', m.key_column, coalesce(k.expression, 'any')), ', ' order by m.key_column)
        ) as one
        from analytics.view_mappings as m
        left join analytics.source_keys as k on k.source = m.source and k.place = m.place
        where m.view_name = name
        group by m.source, m.reference
    ) as g $$;

select is(
    pg_temp.mapping('active_learning_days'),
    array[
        'learning_sessions: active_on = ((x.started_at AT TIME ZONE ''UTC''::text))::date, user_id = x.user_id',
        'quiz_attempts: active_on = ((x.started_at AT TIME ZONE ''UTC''::text))::date, user_id = x.user_id',
        'review_sessions: active_on = ((x.started_at AT TIME ZONE ''UTC''::text))::date, user_id = x.user_id'
    ],
    'an activity touches the day of its learner'
);
select is(
    pg_temp.mapping('explanation_engagement'),
    array['explanation_views: question_id = x.question_id'],
    'an opened explanation its question'
);
select is(
    pg_temp.mapping('quiz_completion_rates'),
    array['quiz_attempts: quiz_id = x.quiz_id, track_id = x.track_id'],
    'an attempt its quiz'
);
select is(
    pg_temp.mapping('review_session_usage'),
    array['review_sessions: week_start = (date_trunc(''week''::text, (x.started_at AT TIME ZONE ''UTC''::text)))::date'],
    'a review its week'
);

select * from finish();
rollback;

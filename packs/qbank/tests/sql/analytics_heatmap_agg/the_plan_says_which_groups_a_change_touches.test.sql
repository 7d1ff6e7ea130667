begin;
select plan(2);

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
    pg_temp.mapping('analytics_heatmap_agg'),
    array[
        'questions: lesion = any, question_id = x.id, topic = any, week_start = any',
        'responses: lesion = any, question_id = x.question_id, topic = any, week_start = (date_trunc(''week''::text, (x.answered_at AT TIME ZONE ''UTC''::text)))::date'
    ],
    'an answer touches the week of its question, a question all its weeks'
);
select is(
    pg_temp.mapping('mv_lesion_topic_weeks'),
    array['responses: lesion = any, topic = any, week_start = (date_trunc(''week''::text, (x.answered_at AT TIME ZONE ''UTC''::text)))::date'],
    'and its week, since a row of it does not know its lesion; a question touches everything'
);

select * from finish();
rollback;

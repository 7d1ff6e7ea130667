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
    pg_temp.mapping('mv_lane_score_distribution'),
    array['analytics.fact_lane_scores: challenge_id = x.challenge_id, lane_key = x.lane_key', 'challenges: challenge_id = x.id, lane_key = any'],
    'a score touches its lane, a new title the lanes of its challenge'
);
select is(
    pg_temp.mapping('mv_agent_progress'),
    array[
        'challenges: agent_id = any, challenge_id = x.id, week = any',
        'submissions: agent_id = x.agent_id, challenge_id = x.challenge_id, week = any'
    ],
    'a submission touches the weeks of its agent in its challenge, since a week is compared with the one before'
);
select is(
    pg_temp.mapping('mv_weakness_patterns'),
    array[
        'analytics.fact_lane_scores: agent_id = x.agent_id, challenge_id = x.challenge_id, lane_key = x.lane_key',
        'analytics.mv_lane_score_distribution: agent_id = any, challenge_id = x.challenge_id, lane_key = x.lane_key'
    ],
    'a score touches its agent''s lane in its challenge; a changed distribution all agents'' of its lane'
);
select is(
    pg_temp.mapping('mv_agent_challenges'),
    array[
        'challenges: agent_id = any, challenge_id = x.id',
        'submissions: agent_id = x.agent_id, challenge_id = x.challenge_id'
    ],
    'the row of its agent and challenge'
);

select * from finish();
rollback;

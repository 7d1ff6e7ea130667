begin;
select plan(12);

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
    pg_temp.mapping('mv_org_activity_day'),
    array['analytics.fact_scenario_attempts: active_on = any, org_id = x.org_id'],
    'an attempt touches all days of its organisation, since each has the total up to it'
);
select is(
    pg_temp.mapping('mv_user_activity_day'),
    array['analytics.fact_scenario_attempts: active_on = any, org_id = x.org_id, user_id = x.user_id'],
    'and all days of its user, since one is the first'
);
select is(
    pg_temp.mapping('mv_org_overview'),
    array['analytics.fact_scenario_attempts: org_id = x.org_id'],
    'and the row of its organisation'
);
select is(
    pg_temp.mapping('mv_leaderboard_month'),
    array['analytics.fact_scenario_attempts: month = (date_trunc(''month''::text, (x.date_key)::timestamp without time zone))::date, org_id = x.org_id, user_id = x.user_id'],
    'the month of its user'
);
select is(
    pg_temp.mapping('mv_scenario_days'),
    array['analytics.fact_scenario_attempts: active_on = x.date_key, org_id = x.org_id, scenario_id = x.scenario_id'],
    'the day of its scenario'
);
select is(
    pg_temp.mapping('mv_scenario_insights'),
    array[
        'analytics.dim_scenarios: org_id = x.org_id, scenario_id = x.scenario_id',
        'analytics.fact_scenario_attempts: org_id = x.org_id, scenario_id = x.scenario_id'
    ],
    'its scenario, as a new title of the scenario does'
);
select is(
    pg_temp.mapping('mv_assignment_status'),
    array[
        'analytics.dim_scenarios: assignment_id = any, org_id = x.org_id, user_id = any',
        'analytics.fact_scenario_attempts: assignment_id = any, org_id = x.org_id, user_id = x.user_id',
        'assignments: assignment_id = x.id, org_id = x.org_id, user_id = x.assignee_id'
    ],
    'the assignments of its user; an assignment itself; a new title those of the organisation'
);
select is(
    pg_temp.mapping('mv_kpi_attempts'),
    array[
        'analytics.fact_kpi_events: active_on = any, attempt_id = x.attempt_id, org_id = x.org_id',
        'analytics.fact_scenario_attempts: active_on = x.date_key, attempt_id = x.attempt_id, org_id = x.org_id'
    ],
    'an event touches its attempt'
);
select is(
    pg_temp.mapping('mv_kpi_call_days'),
    array[
        'analytics.fact_kpi_events: active_on = any, event_type = x.event_type, minute_of_call = (x.timestamp_ms / 60000), org_id = x.org_id, scenario_key = any',
        'analytics.fact_scenario_attempts: active_on = x.date_key, event_type = any, minute_of_call = any, org_id = x.org_id, scenario_key = COALESCE((x.scenario_id)::text, ''''::text)'
    ],
    'an event its minute on all days, an attempt the minutes of its day and scenario'
);
select is(
    pg_temp.mapping('mv_kpi_call_minutes'),
    array[
        'analytics.fact_kpi_events: event_type = x.event_type, minute_of_call = (x.timestamp_ms / 60000), org_id = x.org_id',
        'analytics.fact_scenario_attempts: event_type = any, minute_of_call = any, org_id = x.org_id'
    ],
    'without days an attempt touches all minutes of its organisation'
);
select is(
    pg_temp.mapping('mv_kpi_users'),
    array[
        'analytics.fact_kpi_events: event_type = x.event_type, org_id = x.org_id, user_id = any',
        'analytics.fact_scenario_attempts: event_type = any, org_id = x.org_id, user_id = x.user_id'
    ],
    'an event the users of its type, an attempt its user'
);
select is(
    pg_temp.mapping('mv_kpi_weeks'),
    array[
        'analytics.fact_kpi_events: event_type = x.event_type, org_id = x.org_id, week_start = any',
        'analytics.fact_scenario_attempts: event_type = any, org_id = x.org_id, week_start = (date_trunc(''week''::text, (x.date_key)::timestamp without time zone))::date'
    ],
    'an event the weeks of its type, an attempt its week'
);

select * from finish();
rollback;

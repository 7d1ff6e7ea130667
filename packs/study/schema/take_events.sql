-- Object: freshet.take_events()
-- Why: one statement for all events of a call, so that 500 cost little more than one. It raises if the tables refuse
--      one of them; freshet.take_halves() finds out which.
-- Why sums, least and greatest: sessions and materials are the same in whatever order events arrive.
create function freshet.take_events(
    user_id text, events jsonb, network cidr, user_agent text, erased_at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    browser constant text := freshet.browser_family(user_agent);
    device constant text := freshet.device_type(user_agent);
    results jsonb;
begin
    with items as materialized (
        select i.place, a.*
        from jsonb_array_elements(take_events.events) with ordinality as i (event, place)
        cross join lateral freshet.take_apart(i.event) as a
    ),
    judged as materialized (
        select
            i.*, f.fault,
            f.fault is null
                and row_number() over (partition by i.event_id, f.fault is null order by i.place) = 1 as is_first
        from items as i
        cross join lateral (
            select case
                when i.code is not null then i.code
                when i.created_at <= take_events.erased_at then 'erased'
                -- The rows of answers and materials refer to these. Other events keep the ids that they report.
                when i.event_type = 'question_attempt' and not exists (select from public.topics as t where t.id = i.topic_id)
                    then 'unknown_topic'
                when i.event_type in ('material_open', 'material_progress', 'material_complete')
                    and not exists (select from public.study_materials as m where m.id = i.material_id)
                    then 'unknown_material'
            end
        ) as f (fault)
    ),
    keys as (
        insert into freshet.study_event_keys (user_id, event_id, created_at)
        select take_events.user_id, j.event_id, j.created_at
        from judged as j
        where j.is_first
        order by j.event_id
        on conflict do nothing
        returning study_event_keys.event_id
    ),
    hashes as materialized (
        select s.client_session_id, freshet.session_hash(take_events.user_id, s.client_session_id) as session_id
        from (select distinct j.client_session_id from judged as j where j.is_first) as s
    ),
    accepted as materialized (
        select j.*, h.session_id, j.selected_answer is not distinct from j.correct_answer as is_correct
        from judged as j
        join keys as k on k.event_id = j.event_id
        join hashes as h on h.client_session_id = j.client_session_id
        where j.is_first
    ),
    logged as (
        insert into public.study_events (
            event_id, user_id, session_id, event_type, topic_id, question_id, material_id, properties,
            ip_network, browser, device_type, created_at, clock_skew_seconds
        )
        select
            a.event_id, take_events.user_id, a.session_id, a.event_type, a.topic_id, a.question_id, a.material_id, a.properties,
            take_events.network, browser, coalesce(a.device_type, device), a.created_at, a.clock_skew_seconds
        from accepted as a
    ),
    answered as (
        insert into public.question_attempts (
            event_id, user_id, session_id, question_id, topic_id, selected_answer, correct_answer, is_correct,
            is_hint_used, time_to_answer_seconds, attempted_at
        )
        select
            a.event_id, take_events.user_id, a.session_id, a.question_id, a.topic_id, a.selected_answer, a.correct_answer,
            a.is_correct, a.is_hint_used, a.time_to_answer_seconds, a.created_at
        from accepted as a
        where a.event_type = 'question_attempt'
    ),
    studied as (
        insert into public.study_sessions as s (
            session_id, user_id, started_at, last_event_at, ended_at, events_count, questions_attempted,
            questions_correct, materials_viewed, device_type
        )
        select
            a.session_id, take_events.user_id, min(a.created_at), max(a.created_at),
            max(a.created_at) filter (where a.event_type = 'session_end'),
            count(*),
            count(*) filter (where a.event_type = 'question_attempt'),
            count(*) filter (where a.event_type = 'question_attempt' and a.is_correct),
            count(*) filter (where a.event_type = 'material_open'),
            min(coalesce(a.device_type, device)) filter (where a.event_type = 'session_start')
        from accepted as a
        group by a.session_id
        on conflict (session_id) do update set
            started_at = least(s.started_at, excluded.started_at),
            last_event_at = greatest(s.last_event_at, excluded.last_event_at),
            ended_at = greatest(s.ended_at, excluded.ended_at),
            events_count = s.events_count + excluded.events_count,
            questions_attempted = s.questions_attempted + excluded.questions_attempted,
            questions_correct = s.questions_correct + excluded.questions_correct,
            materials_viewed = s.materials_viewed + excluded.materials_viewed,
            device_type = least(s.device_type, excluded.device_type)
    ),
    read as (
        insert into public.material_interactions as m (
            material_id, user_id, progress_rate, reading_seconds, opens_count, first_at, last_at, completed_at
        )
        select
            a.material_id, take_events.user_id,
            max(case a.event_type when 'material_complete' then 1 else coalesce(a.progress_rate, 0) end),
            coalesce(sum(a.reading_seconds), 0),
            count(*) filter (where a.event_type = 'material_open'),
            min(a.created_at), max(a.created_at),
            min(a.created_at) filter (where a.event_type = 'material_complete' or a.progress_rate = 1)
        from accepted as a
        where a.event_type in ('material_open', 'material_progress', 'material_complete')
        group by a.material_id
        on conflict on constraint ix_material_interactions_material_user do update set
            progress_rate = greatest(m.progress_rate, excluded.progress_rate),
            reading_seconds = m.reading_seconds + excluded.reading_seconds,
            opens_count = m.opens_count + excluded.opens_count,
            first_at = least(m.first_at, excluded.first_at),
            last_at = greatest(m.last_at, excluded.last_at),
            completed_at = least(m.completed_at, excluded.completed_at)
    )
    select jsonb_agg(
        jsonb_build_object(
            'event_id', j.event_id,
            'status', case when j.fault is not null then 'rejected' when a.place is not null then 'accepted' else 'duplicate' end,
            'code', j.fault,
            'detail', case j.fault
                when 'erased' then 'the event is from before the erasure of its user'
                when 'unknown_topic' then format('there is no topic %s', j.topic_id)
                when 'unknown_material' then format('there is no material %s', j.material_id)
                else j.detail
            end
        )
        order by j.place
    )
    into results
    from judged as j
    left join accepted as a on a.place = j.place;
    return coalesce(results, '[]');
end
$$;

revoke all on function freshet.take_events(text, jsonb, cidr, text, timestamptz) from public, anon, authenticated, service_role;

comment on function freshet.take_events(text, jsonb, cidr, text, timestamptz) is
    'Writes the events of a user and returns their results, in order. Call it with freshet.take_lock() held.';

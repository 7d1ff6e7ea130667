-- Object: freshet.take_apart()
-- Why: one reading of an event for a batch and for a single call. It checks shape and limits of each key before it
--      converts anything, so that it never raises: an error would cost the whole batch its quick way.
create function freshet.take_apart(
    event jsonb,
    out event_id uuid,
    out event_type text,
    out client_session_id text,
    out topic_id uuid,
    out question_id uuid,
    out material_id uuid,
    out properties jsonb,
    out selected_answer text,
    out correct_answer text,
    out time_to_answer_seconds numeric,
    out is_hint_used boolean,
    out progress_rate numeric,
    out reading_seconds numeric,
    out device_type text,
    out created_at timestamptz,
    out clock_skew_seconds numeric,
    out code text,
    out detail text
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
    uuid_shape constant text := '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
    moment_shape constant text :=
        '^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-5]):?[0-5]\d)$';
    day_seconds constant integer := 86400;
    allowed text[] := array[
        'event_id', 'event_type', 'session_id', 'created_at', 'topic_id', 'question_id', 'material_id', 'properties'
    ];
    required text[] := array['event_id', 'event_type', 'session_id', 'created_at'];
    key text;
    value jsonb;
begin
    if jsonb_typeof(event) <> 'object' then
        code := 'not_an_object';
        detail := format('the event is a JSON %s, and has to be an object', jsonb_typeof(event));
        return;
    end if;
    if event ->> 'event_id' ~ uuid_shape then
        event_id := (event ->> 'event_id')::uuid;
    end if;
    event_type := event ->> 'event_type';
    if event_type is not null and event_type <> all (freshet.study_event_types()) then
        code := 'unknown_type';
        detail := format('"event_type" is "%s", and has to be one of %s', left(event_type, 60), array_to_string(freshet.study_event_types(), ', '));
        return;
    end if;

    case event_type
        when 'question_attempt' then
            required := required || array['question_id', 'topic_id', 'correct_answer'];
            allowed := allowed || array['selected_answer', 'correct_answer', 'time_to_answer_seconds', 'is_hint_used'];
        when 'question_view', 'hint_view', 'explanation_view' then
            required := required || array['question_id'];
        when 'material_open', 'material_complete' then
            required := required || array['material_id'];
        when 'material_progress' then
            required := required || array['material_id', 'progress_rate'];
            allowed := allowed || array['progress_rate', 'reading_seconds'];
        when 'topic_view' then
            required := required || array['topic_id'];
        when 'session_start' then
            allowed := allowed || array['device_type'];
        else
            null;
    end case;
    foreach key in array required loop
        -- JSON's null is the absence of a value.
        if event ->> key is null then
            code := 'missing_key';
            detail := format('"%s" is missing, which an event%s needs', key, coalesce(' of type ' || event_type, ''));
            return;
        end if;
    end loop;

    for key, value in select e.key, e.value from jsonb_each(event) as e where jsonb_typeof(e.value) <> 'null' loop
        detail := null;
        if key <> all (allowed) then
            code := 'unknown_key';
            detail := format('"%s" is no key of an event of type %s', left(key, 60), event_type);
            return;
        elsif key in ('event_id', 'topic_id', 'question_id', 'material_id') then
            detail := case when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ uuid_shape then 'has to be a UUID' end;
        elsif key = 'created_at' then
            detail := case
                when jsonb_typeof(value) <> 'string' or value #>> '{}' !~ moment_shape
                    then 'has to be a moment like 2026-11-30T08:15:00.000Z, with its offset'
                when substring(value #>> '{}' from 9 for 2)::integer > extract(
                    day from (substring(value #>> '{}' from 1 for 7) || '-01')::date + interval '1 month' - interval '1 day'
                )
                    then 'has a day that its month does not have'
            end;
        elsif key = 'session_id' then
            detail := case
                when jsonb_typeof(value) <> 'string' or char_length(value #>> '{}') not between 1 and 200
                    then 'has to be a text of 1 to 200 characters'
            end;
        elsif key in ('selected_answer', 'correct_answer') then
            detail := case
                when jsonb_typeof(value) <> 'string' or octet_length(value #>> '{}') > 200 then 'has to be a text of at most 200 bytes'
            end;
        elsif key in ('time_to_answer_seconds', 'reading_seconds') then
            detail := case
                when jsonb_typeof(value) <> 'number' or (value #>> '{}')::numeric < 0 then 'has to be a number of seconds from 0 up'
            end;
        elsif key = 'progress_rate' then
            detail := case
                when jsonb_typeof(value) <> 'number' or (value #>> '{}')::numeric not between 0 and 1
                    then 'has to be a number from 0 to 1'
            end;
        elsif key = 'is_hint_used' then
            detail := case when jsonb_typeof(value) <> 'boolean' then 'has to be true or false' end;
        elsif key = 'device_type' then
            detail := case
                when value #>> '{}' not in ('desktop', 'mobile', 'tablet', 'bot', 'other', 'web')
                    then 'has to be desktop, mobile, tablet, bot, other, or web'
            end;
        end if;
        if detail is not null then
            code := 'invalid_value';
            detail := format('"%s" is %s, and %s', key, left(value::text, 60), detail);
            return;
        end if;
    end loop;
    if jsonb_typeof(event -> 'properties') <> 'null' then
        select f.code, f.detail into take_apart.code, take_apart.detail from freshet.properties_fault(event -> 'properties') as f;
        if code is not null then
            return;
        end if;
    end if;

    client_session_id := event ->> 'session_id';
    topic_id := (event ->> 'topic_id')::uuid;
    question_id := (event ->> 'question_id')::uuid;
    material_id := (event ->> 'material_id')::uuid;
    properties := coalesce(nullif(event -> 'properties', 'null'), '{}');
    selected_answer := event ->> 'selected_answer';
    correct_answer := event ->> 'correct_answer';
    is_hint_used := coalesce((event ->> 'is_hint_used')::boolean, false);
    -- A laptop that was closed over a question reports days: that is not a measurement.
    time_to_answer_seconds := case
        when (event ->> 'time_to_answer_seconds')::numeric <= day_seconds then round((event ->> 'time_to_answer_seconds')::numeric, 3)
    end;
    reading_seconds := case
        when (event ->> 'reading_seconds')::numeric <= day_seconds then round((event ->> 'reading_seconds')::numeric, 3)
    end;
    progress_rate := round((event ->> 'progress_rate')::numeric, 6);
    -- "web" says nothing about the device: the user agent does.
    device_type := nullif(event ->> 'device_type', 'web');
    created_at := (event ->> 'created_at')::timestamptz;
    clock_skew_seconds := greatest(0, round(extract(epoch from created_at - now()), 3));
    created_at := least(created_at, now());
    if created_at < now() - interval '2 years' then
        code := 'too_old';
        detail := format('"created_at" is %s, and events are kept for two years', event -> 'created_at');
    end if;
end
$$;

revoke all on function freshet.take_apart(jsonb) from public, anon, authenticated, service_role;

comment on function freshet.take_apart(jsonb) is
    'The values of an event, or the code and the sentence with which it is rejected.';

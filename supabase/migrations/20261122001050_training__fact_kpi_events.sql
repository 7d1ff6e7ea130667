-- Object: analytics.fact_kpi_events, private.assert_kpi_event_type(event_type), triggers of fact_kpi_events and
--         public.scenario_attempts
-- Grain: one row per event in an attempt
-- Why: written by the application that hears the call, of attempts that may still run. What an event says of its attempt
--      is checked against it, and follows it: else one organisation's event could count for another.

create function private.assert_kpi_event_type(event_type text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
    known_types constant text[] := array[
        'filler_word', 'interruption', 'question_asked', 'objection_raised', 'keyword_mentioned', 'long_pause'
    ];
begin
    if event_type = any (known_types) then
        return true;
    end if;
    raise exception using
        errcode = 'check_violation',
        message = format('unknown event type "%s"', event_type),
        hint = format('The event types are %s.', array_to_string(known_types, ', '));
end
$$;
revoke all on function private.assert_kpi_event_type(text) from public, anon, authenticated;
-- A check constraint runs with the rights of the writer.
grant execute on function private.assert_kpi_event_type(text) to service_role;
comment on function private.assert_kpi_event_type(text) is 'True for one of the six event types. Raises 23514 with the list of them for another.';

create table analytics.fact_kpi_events (
    id uuid primary key default gen_random_uuid(),
    attempt_id uuid not null references public.scenario_attempts (id) on delete cascade,
    org_id uuid not null,
    user_id text not null,
    scenario_id uuid,
    event_type text not null check (private.assert_kpi_event_type(event_type)),
    event_value jsonb,
    timestamp_ms integer check (timestamp_ms >= 0),
    created_at timestamptz not null default now()
);
create index fact_kpi_events_attempt_id_idx on analytics.fact_kpi_events (attempt_id);
create index fact_kpi_events_org_id_idx on analytics.fact_kpi_events (org_id, event_type);
alter table analytics.fact_kpi_events enable row level security;
revoke all on table analytics.fact_kpi_events from public, anon, authenticated;
grant select, insert, update, delete on table analytics.fact_kpi_events to service_role;

comment on table analytics.fact_kpi_events is 'What happened in the call of an attempt: one row per event. Written by the application, with the secret key.';
comment on column analytics.fact_kpi_events.timestamp_ms is 'Milliseconds from the start of the attempt; null where it was not measured.';
comment on column analytics.fact_kpi_events.event_value is 'What the application knows of the event, for example the word.';
comment on column analytics.fact_kpi_events.scenario_id is 'That of the attempt, or null where the writer did not say it.';

create function private.check_kpi_events()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    stray record;
begin
    -- Who changes the attempt waits for this event, and then sees it.
    perform from public.scenario_attempts as a
    where a.id in (select n.attempt_id from new_rows as n)
    order by a.id
    for share;

    select n.id, n.attempt_id into stray
    from new_rows as n
    join public.scenario_attempts as a on a.id = n.attempt_id
    where n.org_id <> a.org_id
        or n.user_id <> a.user_id
        or (n.scenario_id is not null and n.scenario_id is distinct from a.scenario_id)
    limit 1;
    if found then
        raise exception using
            errcode = 'foreign_key_violation',
            message = format('event %s does not fit its attempt %s', stray.id, stray.attempt_id),
            hint = 'org_id and user_id are those of the attempt; scenario_id too, or null.';
    end if;
    return null;
end
$$;
revoke all on function private.check_kpi_events() from public, anon, authenticated;
comment on function private.check_kpi_events() is 'Statement trigger of analytics.fact_kpi_events: an event belongs to the organisation, user and scenario of its attempt.';

create function private.attempts_changed_hands()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    ids uuid[];
begin
    select array_agg(c.id) into ids
    from (
        select n.id, n.org_id, n.user_id, n.scenario_id from new_rows as n
        except
        select o.id, o.org_id, o.user_id, o.scenario_id from old_rows as o
    ) as c;
    if ids is not null and exists (select from analytics.fact_kpi_events as e where e.attempt_id = any (ids)) then
        update analytics.fact_kpi_events as e
        set org_id = a.org_id, user_id = a.user_id, scenario_id = a.scenario_id
        from public.scenario_attempts as a
        where a.id = any (ids) and e.attempt_id = a.id;
    end if;
    return null;
end
$$;
revoke all on function private.attempts_changed_hands() from public, anon, authenticated;
comment on function private.attempts_changed_hands() is
    'Statement trigger of public.scenario_attempts: the events of an attempt that gets another scenario, user or organisation go with it.';

create trigger kpi_events_were_inserted after insert on analytics.fact_kpi_events
    referencing new table as new_rows
    for each statement execute function private.check_kpi_events();
create trigger kpi_events_were_updated after update on analytics.fact_kpi_events
    referencing new table as new_rows
    for each statement execute function private.check_kpi_events();
create trigger attempts_changed_hands after update on public.scenario_attempts
    referencing old table as old_rows new table as new_rows
    for each statement execute function private.attempts_changed_hands();

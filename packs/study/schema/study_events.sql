-- Object: public.study_events, public.study_events_default
-- Grain: one row per event that a client reported
-- Why: the immutable log. Partitioned by month of created_at, so that two years are kept by dropping old months; a job
--      makes months ahead. An event whose month has no partition goes to the default partition: no event is refused
--      because a month is missing.
-- Why no personal data: the log outlives a session and is read by many. Its user is an id, its session a hash, its
--      address a network, its browser a family.
create table public.study_events (
    event_id uuid not null,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    session_id text check (session_id ~ '^[0-9a-f]{64}$'),
    event_type text not null check (event_type = any (freshet.study_event_types())),
    topic_id uuid,
    question_id uuid,
    material_id uuid,
    properties jsonb not null default '{}' check (jsonb_typeof(properties) = 'object' and octet_length(properties::text) <= 2048),
    ip_network cidr,
    browser text,
    device_type text check (device_type in ('desktop', 'mobile', 'tablet', 'bot', 'other')),
    created_at timestamptz not null check (created_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    received_at timestamptz not null default now(),
    clock_skew_seconds numeric not null default 0 check (abs(clock_skew_seconds) < 1e15),
    primary key (user_id, event_id, created_at)
) partition by range (created_at);

create table public.study_events_default partition of public.study_events default;

create index ix_study_events_user_created on public.study_events (user_id, created_at);

alter table public.study_events enable row level security;

alter table public.study_events_default enable row level security;

revoke all on table public.study_events from public, anon, authenticated, service_role;

revoke all on table public.study_events_default from public, anon, authenticated, service_role;

create trigger study_events_are_immutable before update or delete on public.study_events
    for each row execute function freshet.refuse_event_change();

create trigger study_events_are_not_truncated before truncate on public.study_events
    for each statement execute function freshet.refuse_event_change();

create trigger study_events_default_is_not_truncated before truncate on public.study_events_default
    for each statement execute function freshet.refuse_event_change();

-- Also in sessions with session_replication_role = replica, which the platform's postgres may set.
alter table public.study_events enable always trigger study_events_are_immutable;

alter table public.study_events enable always trigger study_events_are_not_truncated;

alter table public.study_events_default enable always trigger study_events_default_is_not_truncated;

create trigger study_events_were_inserted after insert on public.study_events
    referencing new table as new_rows
    for each statement execute function freshet.events_were_inserted();

comment on table public.study_events is
    'Immutable log of study events, two years. Written by public.track_batch and its kin, read by no client.';

comment on table public.study_events_default is 'Events of months without a partition. The audit warns while there are any (default_partition_used). Repair: select analytics.make_study_partitions((min(created_at) at time zone ''UTC'')::date, (max(created_at) at time zone ''UTC'')::date) from public.study_events_default;';

comment on column public.study_events.event_id is 'Made by the client, once per event: a repeated delivery is the same event.';

comment on column public.study_events.session_id is 'HMAC-SHA256, in hex, of the client''s session id with the pepper in Vault.';

comment on column public.study_events.ip_network is 'The client''s address without its last octet (IPv4 /24), or IPv6 /48. Null where it is unknown.';

comment on column public.study_events.browser is 'Family of the browser, from a closed list; null where it is unknown.';

comment on column public.study_events.created_at is 'When it happened, by the client''s clock, but never after received_at.';

comment on column public.study_events.clock_skew_seconds is
    'How far the client''s clock was ahead of the database''s when created_at was set back; 0 if it was not.';

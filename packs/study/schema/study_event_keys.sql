-- Object: freshet.study_event_keys
-- Grain: one row per accepted event
-- Why: an event is accepted once, however often it is delivered. A unique key of the partitioned log has to include
--      created_at, which may differ between two deliveries of one event (it is set back to the database's clock).
create table freshet.study_event_keys (
    user_id text not null,
    event_id uuid not null,
    created_at timestamptz not null,
    primary key (user_id, event_id)
);

create index study_event_keys_created_at_idx on freshet.study_event_keys using brin (created_at);

revoke all on table freshet.study_event_keys from public, anon, authenticated, service_role;

comment on table freshet.study_event_keys is 'Ids of accepted events; deleted with the month of their events.';

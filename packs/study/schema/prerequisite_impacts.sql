-- Object: freshet.prerequisite_impacts
-- Grain: one row per topic that occurs in a prerequisite
-- Reads: freshet.prerequisite_closure()
-- Why: the same for all users, so computed once for each batch and not for each user.
create table freshet.prerequisite_impacts (
    topic_id uuid primary key,
    prerequisite_impact integer not null check (prerequisite_impact >= 0),
    cycle_id uuid
);

revoke all on table freshet.prerequisite_impacts from public, anon, authenticated, service_role;

comment on table freshet.prerequisite_impacts is
    'How many topics rest on a topic, as of the begin of the latest batch. A topic without a row has 0.';

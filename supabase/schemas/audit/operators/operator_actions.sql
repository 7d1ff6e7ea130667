-- Object: analytics.operator_actions
-- Grain: one row per action of an operator over HTTP
-- Why: the person on call asks who muted this job, and why. freshet.note_operator_action() writes the row in the
--      transaction of the action, so none is done without it.
-- Why it is closed: a record that the secret key can change proves nothing. It is written and listed by functions alone.
create table analytics.operator_actions (
    action_id bigint generated always as identity primary key,
    acted_at timestamptz not null default now(),
    operator_kind text not null check (operator_kind in ('user', 'secret_key')),
    operator_id text,
    action text not null check (action in ('mute', 'unmute', 'adopt', 'refresh')),
    subject text not null,
    reason text check (length(reason) between 1 and 500),
    muted_until timestamptz,
    refresh_request_id bigint,
    request_id uuid,
    constraint operator_actions_operator_check check ((operator_kind = 'user') = (operator_id is not null)),
    constraint operator_actions_mute_check check ((action = 'mute') = (muted_until is not null))
);

create index operator_actions_subject_idx on analytics.operator_actions (subject, action_id desc);

alter table analytics.operator_actions enable row level security;

revoke all on table analytics.operator_actions from public, anon, authenticated, service_role;

comment on table analytics.operator_actions is
    'What operators did over HTTP, who, when and why. Kept for two years (analytics.retention). What is done by SQL is not here.';

comment on column analytics.operator_actions.operator_kind is
    'user: an administrator, by verified token; secret_key: a server with the secret key named default.';

comment on column analytics.operator_actions.operator_id is 'The subject of the administrator''s token; null for the secret key.';

comment on column analytics.operator_actions.subject is 'The job, the view, or the pack.';

comment on column analytics.operator_actions.muted_until is 'Of a mute: until when.';

comment on column analytics.operator_actions.refresh_request_id is
    'Of a refresh: analytics.refresh_requests.id, which is kept for a shorter time.';

comment on column analytics.operator_actions.request_id is 'The request''s id in the function''s log and in X-Request-Id.';

-- Object: analytics.refresh_request_views
-- Grain: one row per request and view of it
-- Why: a request for a pack is many views, each with an outcome of its own.
create table analytics.refresh_request_views (
    request_id bigint not null references analytics.refresh_requests (id) on delete cascade,
    view_name text not null,
    place integer not null,
    attempt_count integer not null default 0,
    claimed_at timestamptz,
    claimed_by integer,
    finished_at timestamptz,
    outcome text check (outcome in ('refreshed', 'skipped_busy', 'skipped_clean', 'failed')),
    refresh_id bigint,
    sqlstate text,
    message text,
    primary key (request_id, view_name),
    check ((outcome is null) = (finished_at is null))
);

create index refresh_request_views_claimed_idx on analytics.refresh_request_views (view_name, claimed_at);

alter table analytics.refresh_request_views enable row level security;

revoke all on table analytics.refresh_request_views from public, anon, authenticated;

comment on table analytics.refresh_request_views is
    'The views of a request, sources before the views that read them, and the outcome of each.';

comment on column analytics.refresh_request_views.attempt_count is
    'How often a job began it. It is begun again only where the attempt before left no outcome: the server or the job was killed.';

comment on column analytics.refresh_request_views.claimed_at is 'When a job last began it.';

comment on column analytics.refresh_request_views.claimed_by is
    'The job that did, analytics-refresh-queue-<number>; null for a session opened by hand.';

comment on column analytics.refresh_request_views.refresh_id is 'analytics.refresh_log.id of its outcome.';

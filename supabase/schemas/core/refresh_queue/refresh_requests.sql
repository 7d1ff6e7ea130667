-- Object: analytics.refresh_requests
-- Grain: one row per accepted request
-- Why: a caller over HTTP is cut off after eight seconds, and a refresh may take ten minutes. So the caller requests a
--      refresh, a job does it, and the caller looks up the outcome. Changes of sources make their requests in the same way
--      (freshet.request_changed_refreshes).
create table analytics.refresh_requests (
    id bigint generated always as identity primary key,
    view_name text,
    pack text,
    requested_by text not null check (requested_by in ('admin', 'reader', 'service', 'database', 'change')),
    requested_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    check (num_nonnulls(view_name, pack) = 1)
);

create index refresh_requests_waiting_idx on analytics.refresh_requests (id) where finished_at is null;

create index refresh_requests_finished_idx on analytics.refresh_requests (finished_at) where finished_at is not null;

alter table analytics.refresh_requests enable row level security;

revoke all on table analytics.refresh_requests from public, anon, authenticated;

comment on table analytics.refresh_requests is 'Queue of refreshes. Written by freshet.request_refresh and the jobs analytics-refresh-queue-* only.';

comment on column analytics.refresh_requests.view_name is 'The requested view; null for a request of a pack.';

comment on column analytics.refresh_requests.requested_by is
    'admin: by a verified claim; reader: a demanded age that the rows did not meet; service: the secret key; database: a function of Freshet; change: the sources of a view with refresh_on_change.';

comment on column analytics.refresh_requests.finished_at is
    'When the last of its views had an outcome; null until then.';

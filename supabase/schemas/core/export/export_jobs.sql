-- Object: analytics.export_jobs
-- Grain: one row per export that a caller requested
-- Why: an export of a million rows takes more processor time than one call of a function may use. So its state is a row,
--      and each call of the function does one step: freeze (rows of one snapshot into analytics.export_pages), render
--      (pages into analytics.export_chunks), publish (chunks into one object of the bucket exports).
-- Why a lease with a token: one call at a time works on an export, and one that lost its lease is refused, so that a slow
--      call cannot write over the work of the next.
create table analytics.export_jobs (
    export_id uuid primary key default gen_random_uuid(),
    caller_kind text not null check (caller_kind in ('user', 'secret_key')),
    caller_id text,
    org_id text,
    resource text not null,
    filters jsonb not null,
    view_name text not null,
    request jsonb not null,
    reading jsonb,
    format text not null check (format in ('csv', 'ndjson')),
    is_gzip boolean not null,
    has_bom boolean not null,
    link_seconds integer not null check (link_seconds between 1 and 86400),
    status text not null default 'queued'
        check (status in ('queued', 'frozen', 'rendered', 'done', 'failed', 'cancelled', 'expired')),
    snapshot jsonb,
    row_count bigint,
    done_count bigint not null default 0,
    byte_count bigint,
    attempts_count integer not null default 0,
    lease_token uuid,
    lease_until timestamptz,
    object_name text not null unique,
    upload_url text,
    error_code text,
    requested_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    expires_at timestamptz,
    is_removed boolean not null default false,
    uploaded_byte_count bigint not null default 0,
    removal_tried_at timestamptz,
    constraint export_jobs_caller_check check ((caller_kind = 'user') = (caller_id is not null)),
    constraint export_jobs_finished_check check ((status in ('queued', 'frozen', 'rendered')) = (finished_at is null))
);

create index export_jobs_running_idx on analytics.export_jobs (requested_at) where finished_at is null;

create index export_jobs_removable_idx on analytics.export_jobs (finished_at)
where finished_at is not null and not is_removed;

create index export_jobs_caller_idx on analytics.export_jobs (caller_id, requested_at desc);

alter table analytics.export_jobs enable row level security;

revoke all on table analytics.export_jobs from public, anon, authenticated, service_role;

comment on table analytics.export_jobs is
    'Exports and their state. Written by the functions of schema analytics that the edge function export calls. A row is kept for seven days after its object was removed (analytics.retention).';

comment on column analytics.export_jobs.caller_id is 'The subject of the caller''s token; null for the secret key.';

comment on column analytics.export_jobs.org_id is 'The organisation of the caller''s token, for the limit of an organisation.';

comment on column analytics.export_jobs.filters is 'The resource''s parameters as they were checked.';

comment on column analytics.export_jobs.request is
    'What analytics.read_view would be asked, without a limit: columns, filters, scope, order, reads.';

comment on column analytics.export_jobs.reading is
    'Who reads another person''s rows (see analytics.read_person); null for all other exports.';

comment on column analytics.export_jobs.is_gzip is
    'Whether the object is gzip. Becomes true where the storage takes no object as large as the plain one.';

comment on column analytics.export_jobs.status is
    'queued: nothing is done yet; frozen: its rows are in export_pages, done_count of them rendered; rendered: all are in export_chunks; done: the object exists; expired: it was removed.';

comment on column analytics.export_jobs.snapshot is
    'States of all that the rows rest on, scope_values and withheld_count, of the snapshot of the rows.';

comment on column analytics.export_jobs.byte_count is 'Size of the object in bytes, once it exists.';

comment on column analytics.export_jobs.attempts_count is
    'How often work on it began since its last progress. At the sixth time it fails with GAVE_UP.';

comment on column analytics.export_jobs.lease_token is
    'Of the call that works on it; null while none does. Every function that changes the export takes it.';

comment on column analytics.export_jobs.upload_url is 'Where its resumable upload goes on; null without one. After an export that was not done, the upload that is still to be ended.';

comment on column analytics.export_jobs.is_removed is
    'Whether the object is known not to exist any more, and no call is left that could still make it. The row outlives the object, never the other way round.';

comment on column analytics.export_jobs.uploaded_byte_count is
    'How many bytes of its resumable upload the storage was ever known to have. An upload that is begun again and gets no further is no progress.';

comment on column analytics.export_jobs.removal_tried_at is
    'When a call last took on the removal of the object; null before the first time.';

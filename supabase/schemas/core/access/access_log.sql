-- Object: analytics.access_log
-- Grain: one row per read of one person's rows by another caller
-- Why: the operator can say who has read what is known about a person. analytics.read_person() writes the row in the
--      transaction that reads the person's rows, so none of them leaves the database without it.
-- Why it is closed: it says who is interested in whom. Only the owner of the database reads it, by SQL; there is
--      no resource over it, and neither the secret key nor the role of BI tools holds a privilege on it.
create table analytics.access_log (
    access_id bigint generated always as identity primary key,
    accessed_at timestamptz not null default now(),
    reader_kind text not null check (reader_kind in ('user', 'secret_key')),
    reader_id text,
    person_id text not null,
    resource text not null,
    parameters jsonb not null,
    request_id uuid,
    constraint access_log_reader_check check ((reader_kind = 'user') = (reader_id is not null))
);

create index access_log_person_idx on analytics.access_log (person_id, accessed_at desc);

alter table analytics.access_log enable row level security;

revoke all on table analytics.access_log from public, anon, authenticated, service_role;

comment on table analytics.access_log is
    'Who read whose rows, what and when. Kept for two years (analytics.retention). Never exported, never served.';

comment on column analytics.access_log.reader_kind is
    'user: a signed-in user, also an administrator; secret_key: a server with the secret key named default.';

comment on column analytics.access_log.reader_id is 'The subject of the reader''s token; null for the secret key.';

comment on column analytics.access_log.person_id is 'The person whose rows were read.';

comment on column analytics.access_log.resource is 'The full name of the resource, like sample/days.';

comment on column analytics.access_log.parameters is
    'The checked parameters of the request, without the one that named the person.';

comment on column analytics.access_log.request_id is 'The request''s id in the function''s log and in X-Request-Id.';

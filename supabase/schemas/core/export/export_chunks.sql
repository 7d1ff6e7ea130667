-- Object: analytics.export_chunks
-- Grain: one row per rendered part of an export's file
-- Why: the length of the file has to be known before its upload begins.
create table analytics.export_chunks (
    export_id uuid not null references analytics.export_jobs on delete cascade,
    chunk integer not null,
    row_count integer not null,
    plain_byte_count integer not null,
    byte_count integer not null,
    bytes bytea not null,
    crc32 bigint not null check (crc32 between 0 and 4294967295),
    primary key (export_id, chunk)
);

alter table analytics.export_chunks alter column bytes set storage external;

alter table analytics.export_chunks enable row level security;

revoke all on table analytics.export_chunks from public, anon, authenticated, service_role;

comment on table analytics.export_chunks is
    'Parts of files that are not published yet, in order. Deleted when the export has ended.';

comment on column analytics.export_chunks.bytes is 'Deflate (RFC 1951) without its end, of byte_count bytes and plain_byte_count unpacked: the chunks of an export, one behind the other, and an empty last block are the deflate of the whole text.';

comment on column analytics.export_chunks.crc32 is
    'CRC-32 (RFC 1952) of the text of all chunks up to this one and with it: what gzip ends with.';

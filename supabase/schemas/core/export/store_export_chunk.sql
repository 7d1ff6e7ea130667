-- Object: analytics.store_export_chunk()
-- Why: a chunk and the end of its pages are one transaction, so that a call that dies in between is repeated whole.
create function analytics.store_export_chunk(
    export_id uuid,
    lease_token uuid,
    last_page integer,
    bytes text,
    plain_byte_count integer,
    crc32 bigint
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job analytics.export_jobs := freshet.leased_export(store_export_chunk.export_id, store_export_chunk.lease_token);
    written constant bytea := decode(bytes, 'base64');
    rendered bigint;
begin
    with deleted as (
        delete from analytics.export_pages as p
        where p.export_id = job.export_id and p.page <= store_export_chunk.last_page
        returning p.row_count
    )
    select coalesce(sum(d.row_count), 0) into rendered from deleted as d;
    -- The answer to the call before was lost, or another call has rendered these pages.
    if rendered = 0 and (job.row_count > 0 or job.status <> 'frozen') then
        raise exception using
            errcode = 'PT409',
            message = format('export %s has no page up to %s', job.export_id, store_export_chunk.last_page),
            hint = 'They were rendered before: release the export and claim it again.';
    end if;
    insert into analytics.export_chunks (export_id, chunk, row_count, plain_byte_count, byte_count, bytes, crc32)
    select
        job.export_id, coalesce(max(c.chunk) + 1, 0), rendered, store_export_chunk.plain_byte_count, length(written), written,
        store_export_chunk.crc32
    from analytics.export_chunks as c
    where c.export_id = job.export_id;
    update analytics.export_jobs as j
    set done_count = j.done_count + rendered,
        status = case when j.done_count + rendered = j.row_count then 'rendered' else j.status end,
        attempts_count = 0
    where j.export_id = job.export_id
    returning j.* into job;
    return freshet.shown_export(job);
end
$$;

revoke all on function analytics.store_export_chunk(uuid, uuid, integer, text, integer, bigint) from public, anon, authenticated;

grant execute on function analytics.store_export_chunk(uuid, uuid, integer, text, integer, bigint) to service_role;

comment on function analytics.store_export_chunk(uuid, uuid, integer, text, integer, bigint) is
    'Stores the rendered pages up to last_page as the next chunk, and deletes them. bytes, in base64, and crc32: see analytics.export_chunks. Service role only. Raises PT409 without the lease.';

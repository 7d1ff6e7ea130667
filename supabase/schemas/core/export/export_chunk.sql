-- Object: analytics.export_chunk()
create function analytics.export_chunk(export_id uuid, lease_token uuid, chunk integer)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    job constant analytics.export_jobs := freshet.leased_export(export_chunk.export_id, export_chunk.lease_token);
begin
    return (
        select to_jsonb(translate(encode(c.bytes, 'base64'), E'\n', ''))
        from analytics.export_chunks as c
        where c.export_id = job.export_id and c.chunk = export_chunk.chunk
    );
end
$$;

revoke all on function analytics.export_chunk(uuid, uuid, integer) from public, anon, authenticated;

grant execute on function analytics.export_chunk(uuid, uuid, integer) to service_role;

comment on function analytics.export_chunk(uuid, uuid, integer) is
    'The bytes of a chunk, from 0 on, in base64; null where there is none. Service role only. Raises PT409 without the lease.';

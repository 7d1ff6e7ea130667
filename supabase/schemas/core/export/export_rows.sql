-- Object: analytics.export_rows()
-- Why: a call renders one page after the other, as many as its time allows. In memory a page takes more
--      than ten times its size, so that small ones are joined up to the size of a page only.
create function analytics.export_rows(export_id uuid, lease_token uuid)
returns json
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    most_rows constant integer := 5000;
    most_bytes constant integer := 1000000;
    job constant analytics.export_jobs := freshet.leased_export(export_rows.export_id, export_rows.lease_token);
begin
    return (
        with following as (
            select
                p.page, p.rows,
                sum(p.row_count) over (order by p.page) as row_count,
                sum(p.byte_count) over (order by p.page) as byte_count,
                row_number() over (order by p.page) as place
            from analytics.export_pages as p
            where p.export_id = job.export_id
        )
        -- As text: the rows are not parsed here.
        select format(
            '{"last_page":%s,"pages":[%s]}', coalesce(max(f.page)::text, 'null'), coalesce(string_agg(f.rows, ',' order by f.page), '')
        )::json
        from following as f
        where f.place = 1 or (f.row_count <= most_rows and f.byte_count <= most_bytes)
    );
end
$$;

revoke all on function analytics.export_rows(uuid, uuid) from public, anon, authenticated;

grant execute on function analytics.export_rows(uuid, uuid) to service_role;

comment on function analytics.export_rows(uuid, uuid) is
    'The next pages to render, with 5,000 rows and 1 MB at most, but always one: {last_page, pages: [[row]]}, last_page null where none is left. Service role only. Raises PT409 without the lease.';

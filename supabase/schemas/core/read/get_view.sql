-- Object: analytics.get_view()
-- Why: replicas take GET only, and an argument of a GET is text. Some versions of the data API make a JSON string of it
--      where the parameter is jsonb, with the request in it.
-- Why volatile: the position is read by a statement of its own, before read_view takes its snapshot. In one statement the
--      snapshot would be the older of the two, and the position would promise a commit that the rows do not have. The
--      data API runs every GET in a transaction that cannot write.
create function analytics.get_view(view_name text, request jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    server constant jsonb := freshet.server_position();
begin
    if jsonb_typeof(request) = 'string' then
        request := (request #>> '{}')::jsonb;
    end if;
    return analytics.read_view(view_name, request) || jsonb_build_object('server', server);
end
$$;

revoke all on function analytics.get_view(text, jsonb) from public, anon, authenticated;

grant execute on function analytics.get_view(text, jsonb) to service_role;

comment on function analytics.get_view(text, jsonb) is
    'analytics.read_view for GET: the same request, and the answer has one more member, server, as freshet.server_position gives it, read before the rows. Service role only.';

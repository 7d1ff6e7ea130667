-- Object: analytics.get_view_states()
-- Why: versions that a replica knows are worth as much as what is known of its lag, so both come in one answer. The
--      position is read before the states, for the reason given at analytics.get_view.
create function analytics.get_view_states()
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    server constant jsonb := freshet.server_position();
begin
    return jsonb_build_object('server', server, 'states', analytics.view_states());
end
$$;

revoke all on function analytics.get_view_states() from public, anon, authenticated;

grant execute on function analytics.get_view_states() to service_role;

comment on function analytics.get_view_states() is
    'analytics.view_states with the server that answers: {server: as freshet.server_position gives it, states: as view_states gives them}. Service role only.';

-- Object: analytics.operate_refresh()
-- Serves: POST /analytics/ops/refresh, POST /analytics/ops/views/<name>/refresh
-- Why: a refresh that an operator asks for over HTTP is recorded with who asked, in the transaction that queues it.
create function analytics.operate_refresh(
    view_name text default null,
    pack text default null,
    reason text default null,
    operator_id text default null,
    request_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    request constant jsonb := analytics.request_refresh(
        view_name, pack, case when operator_id is null then 'service' else 'admin' end
    );
    done analytics.operator_actions;
begin
    done.action := 'refresh';
    done.subject := coalesce(view_name, pack);
    done.reason := reason;
    done.refresh_request_id := (request ->> 'id')::bigint;
    done.operator_id := operator_id;
    done.request_id := request_id;
    perform freshet.note_operator_action(done);
    return request;
end
$$;

revoke all on function analytics.operate_refresh(text, text, text, text, uuid) from public, anon, authenticated;

grant execute on function analytics.operate_refresh(text, text, text, text, uuid) to service_role;

comment on function analytics.operate_refresh(text, text, text, text, uuid) is
    'analytics.request_refresh for an operator, recorded in analytics.operator_actions. operator_id: the administrator, as verified by the caller, who may ask once a minute for each view; null: the secret key. Service role only.';

-- Object: freshet.note_operator_action()
-- Why: every action over HTTP is recorded in one place, in the transaction that does it.
create function freshet.note_operator_action(done analytics.operator_actions)
returns analytics.operator_actions
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.operator_actions (
        operator_kind, operator_id, action, subject, reason, muted_until, refresh_request_id, request_id
    )
    values (
        case when done.operator_id is null then 'secret_key' else 'user' end,
        done.operator_id, done.action, done.subject, nullif(btrim(done.reason), ''), done.muted_until,
        done.refresh_request_id, done.request_id
    )
    returning *;
$$;

revoke all on function freshet.note_operator_action(analytics.operator_actions) from public, anon, authenticated;

comment on function freshet.note_operator_action(analytics.operator_actions) is
    'Records an action with its operator (operator_id null: the secret key) and returns the row.';

-- Object: analytics.list_actions()
-- Serves: /analytics/ops/actions
-- Why: who did what, newest first, a page at a time.
create function analytics.list_actions(
    action text default null,
    subject text default null,
    before_id bigint default null,
    page_size integer default 50
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
    with matching as (
        select a.*
        from analytics.operator_actions as a
        where a.action_id < coalesce(before_id, 9223372036854775807)
            and (list_actions.action is null or a.action = list_actions.action)
            and (list_actions.subject is null or a.subject = list_actions.subject)
        order by a.action_id desc
        -- One row more than the page, to know whether another page follows.
        limit page_size + 1
    ),
    page as (
        select m.* from matching as m order by m.action_id desc limit page_size
    )
    select jsonb_build_object(
        'rows', coalesce(jsonb_agg(to_jsonb(p) order by p.action_id desc), '[]'),
        'next_cursor', case when (select count(*) from matching) > page_size then min(p.action_id)::text end
    )
    from page as p;
$$;

revoke all on function analytics.list_actions(text, text, bigint, integer) from public, anon, authenticated;

grant execute on function analytics.list_actions(text, text, bigint, integer) to service_role;

comment on function analytics.list_actions(text, text, bigint, integer) is
    'A page of what operators did over HTTP, newest first, below before_id. Service role only. Names and reasons are unscrubbed.';

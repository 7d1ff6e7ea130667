begin;
select plan(4);

-- A number of its own, as every writer has.
create table public.tap_probe (n integer);
select is(
    pg_visible_in_snapshot(pg_current_xact_id(), freshet.others_snapshot()), false,
    'the own transaction is in progress'
);
select ok(
    pg_snapshot_xmax(freshet.others_snapshot())::text::bigint > pg_current_xact_id()::text::bigint,
    'whoever comes later is beyond it'
);
select is(
    (
        select count(*)
        from generate_series(pg_current_xact_id()::text::bigint - 50, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1) as g
        where g <> pg_current_xact_id()::text::bigint
            and pg_visible_in_snapshot(g::text::xid8, freshet.others_snapshot())
                is distinct from pg_visible_in_snapshot(g::text::xid8, pg_current_snapshot())
    ),
    0::bigint, 'of all others it says what the current snapshot says'
);
select analytics.refresh_view('mv_agent_progress');
select is(
    (select pg_visible_in_snapshot(pg_current_xact_id(), v.source_snapshot) from analytics.views as v where v.view_name = 'mv_agent_progress'),
    false, 'so a view that was refreshed is dirty for what this transaction writes afterwards'
);

select * from finish();
rollback;

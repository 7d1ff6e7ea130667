-- Object: freshet.others_snapshot()
-- Why: whether a transaction's own snapshot lists its own number depends on which other transactions have ended
--      meanwhile: it may leave the number out, as if everything that the transaction writes were included. A
--      transaction that writes, refreshes and writes again could then find that nothing had changed, or leave a view
--      that counts the later write as included, for ever. So its own writes always count as changes, and the snapshot
--      that a view keeps says "in progress" of the transaction that refreshed it. The cost is at worst one refresh too
--      many.
create function freshet.others_snapshot()
returns pg_snapshot
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    -- The usual case, and the most of a refresh that finds nothing would be this query.
    if pg_current_xact_id_if_assigned() is null then
        return pg_current_snapshot();
    end if;
    return (
        with present as (
            select pg_current_snapshot() as snapshot, pg_current_xact_id_if_assigned()::text::bigint as own
        ),

        bounds as (
            select
                p.snapshot,
                p.own,
                least(pg_snapshot_xmin(p.snapshot)::text::bigint, p.own) as lowest,
                pg_snapshot_xmax(p.snapshot)::text::bigint as seen_until,
                greatest(pg_snapshot_xmax(p.snapshot)::text::bigint, p.own + 1) as beyond
            from present as p
        ),

        in_progress as (
            select x::text::bigint as txid from bounds as b, pg_snapshot_xip(b.snapshot) as x
            union
            -- Transactions that began after the end of the snapshot, up to this transaction's own number.
            select g from bounds as b, generate_series(b.seen_until, b.beyond - 1) as g
            union
            select b.own from bounds as b
        )

        select format('%s:%s:%s', b.lowest, b.beyond, (select string_agg(i.txid::text, ',' order by i.txid) from in_progress as i))::pg_snapshot
        from bounds as b
    );
end
$$;

revoke all on function freshet.others_snapshot() from public, anon, authenticated;

comment on function freshet.others_snapshot() is 'The current snapshot, in which the current transaction counts as in progress.';

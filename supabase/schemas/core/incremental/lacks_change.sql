-- Object: freshet.lacks_change()
-- Why: the condition of freshet.has_source_changes(), as text for generated statements: written in one place, since a
--      statement that judged a transaction differently would miss its change.
create function freshet.lacks_change(txid text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        '(%1$s = pg_current_xact_id_if_assigned() or '
        '(%1$s >= pg_snapshot_xmin(v.source_snapshot) and not pg_visible_in_snapshot(%1$s, v.source_snapshot)))',
        txid
    );
$$;

revoke all on function freshet.lacks_change(text) from public, anon, authenticated;

comment on function freshet.lacks_change(text) is
    'SQL condition: the change of this transaction is not included in the rows of view v, a row of analytics.views.';

-- Object: freshet.register_again()
-- Why: a view that is made again is registered as it was, so that what its query reads is found and watched.
create function freshet.register_again(
    declared analytics.views,
    source_at text,
    rejects regclass,
    incremental boolean default null,
    incremental_by name[] default null,
    rebuild_on regclass[] default null
)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    select analytics.register_view(
        view_name => declared.view_name,
        pack => declared.pack,
        schedule => declared.schedule,
        stale_after => declared.stale_after,
        source_at => case when declared.source_at_column is not null then register_again.source_at end,
        rejects => case when declared.rejects is not null then register_again.rejects end,
        statement_timeout => declared.statement_timeout,
        rebuild_after => declared.rebuild_after,
        warn_after => declared.warn_after,
        source_warn_after => declared.source_warn_after,
        source_error_after => declared.source_error_after,
        refresh_on_change => declared.refresh_on_change,
        incremental => register_again.incremental,
        incremental_by => register_again.incremental_by,
        rebuild_on => register_again.rebuild_on
    );
$$;

revoke all on function freshet.register_again(analytics.views, text, regclass, boolean, name[], regclass[]) from public, anon, authenticated;

comment on function freshet.register_again(analytics.views, text, regclass, boolean, name[], regclass[]) is
    'Registers a view with what its row in the registry declares. source_at, rejects: as they are called now; incremental and the rest: as in register_view.';

-- Object: private.detect_views()
-- Why: what can be wrong with a view although its job succeeds. One detector a kind.

create function private.detect_views()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform private.detect_not_refreshable();
    perform private.detect_unpopulated();
    perform private.watch_views();
    perform private.detect_source_stopped();
    perform private.detect_lock_wait();
    perform private.detect_bundled_refreshes();
    perform private.detect_unset_timeout();
end
$$;
revoke all on function private.detect_views() from public, anon, authenticated;
comment on function private.detect_views() is
    'Kinds not_refreshable, unpopulated, not_refreshed, row_collapse, source_stopped, lock_wait, bundled_refreshes and unset_timeout.';

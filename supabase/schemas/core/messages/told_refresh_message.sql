-- Object: freshet.told_refresh_message()
-- Why: the message of a failed refresh may repeat rows and secrets; see freshet.told_run_message().
create function freshet.told_refresh_message(entry_sqlstate text, entry_id bigint)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select concat('failed', ' [' || entry_sqlstate || ']', '; what the database said is kept in analytics.refresh_log, id ', entry_id);
$$;

revoke all on function freshet.told_refresh_message(text, bigint) from public, anon, authenticated;

comment on function freshet.told_refresh_message(text, bigint) is
    'What the data API shows of a failed refresh: the SQLSTATE, and where to find its message.';

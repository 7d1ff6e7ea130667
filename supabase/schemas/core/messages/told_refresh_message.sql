-- Object: freshet.told_refresh_message()
-- Why: what the database says of a failure may repeat rows and secrets. /ops scrubs it, by rules that are TypeScript; a second copy
--      of them here would drift. So functions that answer over the data API do not tell such a text at all: they tell the
--      SQLSTATE, what is one of a few fixed forms, and where the whole is kept.
create function freshet.told_refresh_message(entry_sqlstate text, entry_id bigint)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select concat('failed', ' [' || entry_sqlstate || ']', '; what the database said is kept in analytics.refresh_log, id ', entry_id);
$$;

revoke all on function freshet.told_refresh_message(text, bigint) from public, anon, authenticated;

comment on function freshet.told_refresh_message(text, bigint) is 'What is told of a refresh that failed: the SQLSTATE, and where its message is.';

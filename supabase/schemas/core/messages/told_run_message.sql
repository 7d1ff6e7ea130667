-- Object: freshet.told_run_message()
-- Why: what the database says of a failure may repeat rows and secrets. /ops scrubs it, by rules that are TypeScript; a second copy
--      of them here would drift. So functions that answer over the data API do not tell such a text at all: they tell the
--      SQLSTATE, what is one of a few fixed forms, and where the whole is kept.
create function freshet.told_run_message(status text, message text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when nullif(btrim(message, E' \t\r\n'), '') is null then null
        -- A count of rows or a command tag.
        when status = 'succeeded' and btrim(message, E' \t\r\n') ~ '^([0-9]{1,12} rows?|[A-Z]{2,14}( [A-Z]{2,14}){0,3}( [0-9]{1,12}){0,2})$'
            then btrim(message, E' \t\r\n')
        -- pg_cron's own words.
        when btrim(message, E' \t\r\n') in (
            'connection failed', 'connection lost', 'job startup timeout', 'job canceled', 'server restarted',
            'could not start background process; more details may be available in the server log'
        ) then btrim(message, E' \t\r\n')
        else concat(
            coalesce(status, 'ended'), ' [' || substring(message from 'failed \[([0-9A-Z]{5})\]') || ']',
            '; /ops/runs shows what the database said, without data'
        )
    end;
$$;

revoke all on function freshet.told_run_message(text, text) from public, anon, authenticated;

comment on function freshet.told_run_message(text, text) is
    'What may be told of a run''s message without scrubbing: a fixed form, else the SQLSTATE and where to look.';

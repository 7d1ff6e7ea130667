-- Object: freshet.told_run_message()
-- Why: an error message of the database may repeat rows and secrets. /ops scrubs it, by rules written in TypeScript; a
--      second copy of the rules in SQL would drift. So functions that answer over the data API never show such a text:
--      they show the SQLSTATE, messages of a few fixed forms, and where to find the whole text.
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
    'What may be shown of a run''s message without scrubbing: a fixed form, else the SQLSTATE and where to look.';

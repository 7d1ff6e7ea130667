-- Object: freshet.callee_of()
-- Why: the path of an address may hold a key, and the ledger keeps none.
create function freshet.callee_of(url text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        'function "' || substring(url from '^[a-z]+://[^/?#]+/functions/v1/([A-Za-z][A-Za-z0-9_-]{0,127})(?:[/?#]|$)') || '"',
        -- Without the part before "@", which holds a password.
        '//' || substring(url from '^[a-zA-Z]+://(?:[^/?#@]*@)?([^/?#@]+)'),
        '//'
    );
$$;

revoke all on function freshet.callee_of(text) from public, anon, authenticated;

comment on function freshet.callee_of(text) is
    'The part of an address that the ledger keeps: the name of the edge function, or the host.';

-- Object: freshet.url_host()
-- Why: an address may hold a password; only its host may be shown.
create function freshet.url_host(url text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select lower((regexp_match(url, '^https?://(?:[^/@\s]*@)?([^/?#\s''":]+)', 'i'))[1]);
$$;

revoke all on function freshet.url_host(text) from public, anon, authenticated;

comment on function freshet.url_host(text) is 'Host name of a web address, without user, password and port.';

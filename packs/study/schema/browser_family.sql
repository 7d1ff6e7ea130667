-- Object: freshet.browser_family()
-- Why: a whole user agent singles out a person. Its family does not, and is all that a report asks for.
create function freshet.browser_family(user_agent text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    -- Nearly every browser claims to be Chrome or Safari too, so these come last.
    select case
        when agent ~ 'Edg(e|A|iOS)?/' then 'edge'
        when agent ~ '(OPR|OPiOS|OPT|Opera)[/ ]' then 'opera'
        when agent ~ 'SamsungBrowser/' then 'samsung'
        when agent ~ '(Firefox|FxiOS)/' then 'firefox'
        when agent ~ '(Chrome|CriOS|Chromium)/' then 'chrome'
        when agent ~ 'Version/.*Safari/' then 'safari'
    end
    from left(user_agent, 1000) as agent;
$$;

revoke all on function freshet.browser_family(text) from public, anon, authenticated, service_role;

comment on function freshet.browser_family(text) is
    'Of a User-Agent: edge, opera, samsung, firefox, chrome or safari; null for any other.';

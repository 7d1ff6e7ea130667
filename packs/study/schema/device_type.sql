-- Object: freshet.device_type()
-- Why: what kind of device it was, without the user agent that would single out a person.
create function freshet.device_type(user_agent text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when agent ~* 'bot[/-]|\mbot\M|crawler|spider|headless' then 'bot'
        when agent ~ 'iPad|Tablet|PlayBook|Silk/' or (agent ~ 'Android' and agent !~ 'Mobile') then 'tablet'
        when agent ~ 'Mobi|iPhone|iPod|Android' then 'mobile'
        when agent ~ 'Windows NT|Macintosh|X11|CrOS' then 'desktop'
        when agent <> '' then 'other'
    end
    from left(user_agent, 1000) as agent;
$$;

revoke all on function freshet.device_type(text) from public, anon, authenticated, service_role;

comment on function freshet.device_type(text) is
    'Of a User-Agent: desktop, mobile, tablet, bot or other; null without one. An iPad that asks for desktop pages says that it is a Macintosh, and counts as desktop.';

-- Object: freshet.claimed_text()
-- Why: an id in a token is a text of 1 to 255 characters; anything else there is no id, and no error.
create function freshet.claimed_text(token jsonb, path text[])
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select c.value #>> '{}'
    from freshet.claim_at(token, path) as c (value)
    where jsonb_typeof(c.value) = 'string' and char_length(c.value #>> '{}') between 1 and 255;
$$;

revoke all on function freshet.claimed_text(jsonb, text[]) from public, anon, authenticated, service_role;

comment on function freshet.claimed_text(jsonb, text[]) is 'The claim at the path if it can be an id or a role, else null.';

-- Object: freshet.claim_at()
-- Why: the operator #> also counts into lists, and a path of claims names members of objects only.
create function freshet.claim_at(token jsonb, path text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
    found_value jsonb := token;
    name text;
begin
    if path is null then
        return null;
    end if;
    foreach name in array path loop
        found_value := found_value -> name;
    end loop;
    return found_value;
end
$$;

revoke all on function freshet.claim_at(jsonb, text[]) from public, anon, authenticated, service_role;

comment on function freshet.claim_at(jsonb, text[]) is 'The claim at the path; null where the token does not hold it.';

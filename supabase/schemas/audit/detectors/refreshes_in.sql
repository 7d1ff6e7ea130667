-- Object: freshet.refreshes_in()
-- Why: reads from a command or a function body which views it refreshes.
create function freshet.refreshes_in(text text)
returns table (schema_name text, relation_name text, is_concurrent boolean, is_emptying boolean)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    with found as (
        select regexp_matches(
            refreshes_in.text,
            '\mrefresh\s+materialized\s+view\s+(concurrently\s+)?(?:("[^"]+"|[\w$]+)\s*\.\s*)?("[^"]+"|[\w$]+)(\s+with\s+no\s+data)?', 'gi'
        ) as parts
    ),
    parted as (
        select
            case when f.parts[2] like '"%' then btrim(f.parts[2], '"') else lower(f.parts[2]) end as schema_name,
            case when f.parts[3] like '"%' then btrim(f.parts[3], '"') else lower(f.parts[3]) end as relation_name,
            f.parts[1] is not null as is_concurrent,
            f.parts[4] is not null as is_emptying
        from found as f
    )
    -- "concurrently" remains as the name where the name is put together at run time.
    select p.* from parted as p where p.relation_name <> 'concurrently';
$$;

revoke all on function freshet.refreshes_in(text) from public, anon, authenticated;

comment on function freshet.refreshes_in(text) is
    'The refreshes that a text spells out; those put together at run time are not included.';

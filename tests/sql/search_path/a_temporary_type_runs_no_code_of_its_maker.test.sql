-- A type is also looked for among temporary ones, and a domain may carry a check that runs code: named like a type that a
-- definer function uses, it ran with that function's rights. So a signed-in user makes one for every type there is.
begin;
select plan(5);

create temporary table attacked (what text, error text);
grant insert on attacked to authenticated;

set local role authenticated;
create temporary sequence hits;
grant usage on sequence hits to public;
-- A number taken from a sequence stays taken, whatever is rolled back.
create function pg_temp.hit() returns boolean language plpgsql as $$
begin
    if current_user <> 'authenticated' then
        perform pg_catalog.nextval('pg_temp.hits'::pg_catalog.regclass);
    end if;
    return true;
end
$$;
grant execute on function pg_temp.hit() to public;
do $$
declare
    known record;
begin
    for known in
        select t.oid, t.typname
        from pg_catalog.pg_type as t
        where t.typnamespace = 'pg_catalog'::regnamespace and t.typtype in ('b', 'r', 'm') and t.typname !~ '^_' and t.typname <> 'cstring'
    loop
        execute format('create domain pg_temp.%I as pg_catalog.%I check (pg_temp.hit())', known.typname, known.typname);
        execute format('grant usage on domain pg_temp.%I to public', known.typname);
    end loop;
end
$$;

-- Seen from a function that does not say where pg_temp comes, the attack is real.
reset role;
create function public.unguarded() returns pg_catalog.text language plpgsql security definer set search_path = '' as $$
declare
    known jsonb := '{}';
begin
    return known::text;
end
$$;
create function public.guarded() returns pg_catalog.text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    known jsonb := '{}';
begin
    return known::text;
end
$$;
set local role authenticated;
select public.guarded();
select ok(not (select h.is_called from pg_temp.hits as h), 'a function that names pg_temp last runs no code of a caller');
select public.unguarded();
select ok((select h.is_called from pg_temp.hits as h), 'one that does not name it runs it with its owner''s rights: the attack is real');
reset role;
drop sequence pg_temp.hits;
drop function public.guarded(), public.unguarded();
set local role authenticated;
create temporary sequence hits;
grant usage on sequence hits to public;

do $$
declare
    attack record;
    claims text;
    error text;
begin
    for attack in
        -- Each function within reach, with nothing and with something for each argument.
        select format('select %I.%I(%s)', n.nspname, p.proname, a.given) as command
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        cross join lateral (
            select string_agg(format('null::%s', pg_catalog.format_type(t.type, null)), ', ' order by t.place) as given
            from unnest(p.proargtypes) with ordinality as t (type, place)
            union
            select string_agg(
                format('%L::%s', case
                    when t.type = 'text'::pg_catalog.regtype then 'mv_agent_progress'
                    when t.type in ('json'::pg_catalog.regtype, 'jsonb'::pg_catalog.regtype) then '{}'
                    when t.type = 'uuid'::pg_catalog.regtype then '00000000-0000-0000-0000-0000000000a1'
                end, pg_catalog.format_type(t.type, null)), ', ' order by t.place)
            from unnest(p.proargtypes) with ordinality as t (type, place)
        ) as a
        where n.nspname in ('analytics', 'freshet', 'public') and p.prokind = 'f' and p.prorettype <> 'trigger'::pg_catalog.regtype
            and has_function_privilege('authenticated', p.oid, 'execute')
        union all
        -- A trigger needs no right to be called: a statement that changes no row fires it.
        select format('%s %s', case when has_table_privilege('authenticated', c.oid, 'update')
                then format('update %s set %I = %2$I', c.oid::pg_catalog.regclass, k.attname)
                else format('delete from %s', c.oid::pg_catalog.regclass) end, 'where false')
        from pg_catalog.pg_class as c
        join lateral (
            select a.attname from pg_catalog.pg_attribute as a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' limit 1
        ) as k on true
        where c.relnamespace = 'public'::pg_catalog.regnamespace
            and has_table_privilege('authenticated', c.oid, 'update, delete')
            and exists (select from pg_catalog.pg_trigger as g where g.tgrelid = c.oid and not g.tgisinternal)
    loop
        foreach claims in array array[
            '', '{"sub": "00000000-0000-0000-0000-0000000000aa", "role": "authenticated", "org_id": "00000000-0000-0000-0000-0000000000a1", "org_role": "admin"}',
            '{"sub": "00000000-0000-0000-0000-0000000000ad", "role": "authenticated", "is_admin": true}'
        ]::pg_catalog.text[] loop
            perform set_config('request.jwt.claims', claims, true);
            error := null;
            begin
                execute attack.command;
            exception
                when others then
                    error := sqlstate;
            end;
            insert into attacked values (attack.command, error);
        end loop;
    end loop;
end
$$;
select ok(not (select h.is_called from pg_temp.hits as h), 'no function and no trigger within reach of a signed-in user runs that user''s code with rights of its own');
reset role;
select ok(
    (select count(distinct a.what) >= 7 from attacked as a where a.what like '%.%(%' and a.error is null),
    'most of these functions did their work meanwhile'
);
select is_empty(
    $$ select p.oid::regprocedure from pg_proc as p
       where p.prosecdef and p.pronamespace in ('analytics'::regnamespace, 'freshet'::regnamespace, 'public'::regnamespace)
         and p.prorettype <> 'trigger'::regtype and has_function_privilege('authenticated', p.oid, 'execute')
         and not exists (select from attacked as a where a.what like format('select %s.%s(%%', p.pronamespace::regnamespace, p.proname)) $$,
    'each definer function that signed-in users reach was tried'
);

select * from finish();
rollback;

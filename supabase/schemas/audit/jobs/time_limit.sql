-- Object: freshet.time_limit()
-- Why: kinds about slow jobs need the limit that the server applies, which may come from the command, the role or the
--      database. Asked for each job of each pass, so it is PL/pgSQL, which plans its query once in a session.
create function freshet.time_limit(command text, owner text, database text)
returns interval
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        with setting as (
            select coalesce(
                substring(command from '(?i)set\s+(?:local\s+|session\s+)?statement_timeout\s*(?:=|to)\s*''?\s*(\d+(?:\.\d*)?\s*(?:us|ms|s|min|h|d)?)(?![\w.])'),
                (
                    -- The most specific one counts: role in database, role, database.
                    select o.option_value
                    from pg_catalog.pg_db_role_setting as s
                    join pg_catalog.pg_roles as r on r.rolname = owner
                    join pg_catalog.pg_database as d on d.datname = database
                    cross join lateral pg_options_to_table(s.setconfig) as o
                    where o.option_name = 'statement_timeout'
                        and s.setrole in (0, r.oid) and s.setdatabase in (0, d.oid)
                    order by s.setrole <> 0 desc, s.setdatabase <> 0 desc
                    limit 1
                )
            ) as text
        ),
        split as (
            select
                -- A limit has ten digits at most, or the server refuses it and the run fails: a longer number is no limit.
                substring(s.text from '^(\d{1,10}(?:\.\d{0,9})?)(?!\d)')::numeric as amount,
                coalesce(substring(lower(s.text) from '[a-z]+$'), 'ms') as unit
            from setting as s
        ),
        counted as (
            select s.amount * case s.unit
                when 'us' then 0.001 when 'ms' then 1 when 's' then 1000 when 'min' then 60000 when 'h' then 3600000
                when 'd' then 86400000
            end as milliseconds
            from split as s
        )
        -- The greatest that the server accepts; 0 means none.
        select c.milliseconds::bigint * interval '1 millisecond' from counted as c where c.milliseconds between 1 and 2147483647
    );
end
$$;

revoke all on function freshet.time_limit(text, text, text) from public, anon, authenticated;

comment on function freshet.time_limit(text, text, text) is
    'The statement timeout of a command that a role runs in a database: the command''s own, else the role''s; null when there is none.';

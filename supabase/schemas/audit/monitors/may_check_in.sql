-- Object: freshet.may_check_in()
-- Why: all isolates together keep the limit of a monitor; see analytics.check_ins_asked.
create function freshet.may_check_in(monitor text)
returns boolean
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into analytics.check_ins_asked as c (monitor, asked_at) values (monitor, '{}')
    on conflict on constraint check_ins_asked_pkey do nothing;

    with asked as (
        update analytics.check_ins_asked as c
        set asked_at = array(select a from unnest(c.asked_at) as a where a > clock_timestamp() - interval '61 seconds')
            || clock_timestamp()
        where c.monitor = may_check_in.monitor
            and (select count(*) from unnest(c.asked_at) as a where a > clock_timestamp() - interval '61 seconds') < 3
        returning 1
    )
    select exists (select from asked);
$$;

revoke all on function freshet.may_check_in(text) from public, anon, authenticated;

comment on function freshet.may_check_in(text) is 'Whether one more check-in of the monitor fits into this minute; true counts it.';

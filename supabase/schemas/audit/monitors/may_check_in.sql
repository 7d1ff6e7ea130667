-- Object: freshet.may_check_in()
-- Grain: check_ins_asked: one row per monitor that was told something
-- Why: the receiver takes six check-ins a minute of a monitor and drops the others without a word, the newest among them.
--      Passes at once, or by hand, are many isolates, so the count is here. It is three, because a runtime sends again by
--      itself what it sent over a connection that then broke.
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

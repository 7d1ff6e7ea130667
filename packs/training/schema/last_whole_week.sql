-- Object: freshet.last_whole_week()
-- Why: a digest is about the last week that is over, also when the job runs days late. Only the day counts, so that the
--      rule can be tested for any day.
create function freshet.last_whole_week(today date)
returns date
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select date_trunc('week', today::timestamp)::date - 7;
$$;

revoke all on function freshet.last_whole_week(date) from public, anon, authenticated;

comment on function freshet.last_whole_week(date) is 'Monday of the week before that of `today`, a UTC day. Weeks are those of ISO 8601: Monday to Sunday.';

-- Object: freshet.may_notify()
-- Why half: the server keeps notifications until every listening session has read them, and a session that stays in a
--      transaction reads none. Once the queue is full, each commit that notifies fails: the application could no longer
--      write. The queue holds 8 GB by default, and the server warns from half of it on. A notification that is left out
--      costs seconds: the jobs of the refresh queue and the listener find the change all the same.
create function freshet.may_notify(channel text)
returns boolean
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
    select pg_notification_queue_usage() < 0.5
        and exists (select from analytics.event_channels as c where c.channel = may_notify.channel and c.is_on);
$$;

revoke all on function freshet.may_notify(text) from public, anon, authenticated;

comment on function freshet.may_notify(text) is
    'True where the channel is on and the server''s queue of notifications is less than half full. Triggers ask before they notify: a full queue fails the commits of all that do.';

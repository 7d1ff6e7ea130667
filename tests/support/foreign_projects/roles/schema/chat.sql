create materialized view analytics.mv_message_days as
select
    m.user_id,
    (m.inserted_at at time zone 'UTC')::date as day,
    count(*) as messages_count
from public.messages as m
group by m.user_id, (m.inserted_at at time zone 'UTC')::date
with no data;

create unique index mv_message_days_key on analytics.mv_message_days (user_id, day);

select analytics.register_view(
    view_name => 'mv_message_days',
    pack => 'chat',
    schedule => '11,41 * * * *',
    stale_after => '70 minutes',
    source_at => 'public.messages.inserted_at'
);

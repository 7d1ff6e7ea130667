create materialized view analytics.mv_team_order_days as
select
    o.team_id,
    (o.placed_at at time zone 'UTC')::date as day,
    count(*) as orders_count
from public.orders as o
where o.placed_at between '1900-01-01 00:00+00' and '2200-01-01 00:00+00'
group by o.team_id, (o.placed_at at time zone 'UTC')::date
with no data;

create unique index mv_team_order_days_key on analytics.mv_team_order_days (team_id, day);

select analytics.register_view(
    view_name => 'mv_team_order_days',
    pack => 'shop',
    schedule => '11,41 * * * *',
    stale_after => '70 minutes'
);

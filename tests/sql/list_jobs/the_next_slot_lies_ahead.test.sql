begin;
select plan(9);

create function pg_temp.next(schedule text, period interval, ago interval) returns interval language sql as $$
    select freshet.next_slot_after('2026-11-29 12:00:00+00', next.schedule, next.period, timestamptz '2026-11-29 12:00:00+00' + next.ago) - timestamptz '2026-11-29 12:00:00+00';
$$;
select is(pg_temp.next('10 seconds', '10 seconds', '-3 seconds'), interval '0', 'a slot that is to come is the next one');
select is(pg_temp.next('10 seconds', '10 seconds', '4 minutes 57 seconds'), interval '5 minutes', 'of a job in seconds thirty may have passed since the pass');
select is(pg_temp.next('10 seconds', '10 seconds', '10 seconds'), interval '20 seconds', 'the moment of a slot is over');
select is(pg_temp.next('* * * * *', '1 minute', '4 minutes 10 seconds'), interval '5 minutes', 'every minute');
select is(pg_temp.next('*/15 * * * *', '15 minutes', '1 minute'), interval '15 minutes', 'each quarter of an hour');
select is(pg_temp.next('7 * * * *', '1 hour', '1 minute'), interval '1 hour', 'each hour');
select is(pg_temp.next('*/7 * * * *', '7 minutes', '1 minute'), null, 'where slots are not evenly apart the next pass knows more');
select is(pg_temp.next('0 9 * * 1-5', '1 day', '1 minute'), null, 'also by days');

insert into analytics.job_slots (job_name, schedule, period, next_slot_at)
values ('analytics-refresh-queue-1', '10 seconds', '10 seconds', now() - interval '293 seconds')
on conflict (job_name) do update
set schedule = excluded.schedule, period = excluded.period, next_slot_at = excluded.next_slot_at;
select ok(
    (analytics.list_jobs(job => 'analytics-refresh-queue-1') #>> '{rows,0,next_slot_at}')::timestamptz between now() and now() + interval '10 seconds',
    'a worker of the refresh queue is listed with a slot that is to come'
);

select * from finish();
rollback;

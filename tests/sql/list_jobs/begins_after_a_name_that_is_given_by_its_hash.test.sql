begin;
select plan(4);

update analytics.scheduled_jobs set paused_until = now() + interval '1 day';
select analytics.register_job(name, '0 0 1 1 *', 'select 1')
from unnest(array['~ a', '~ eve@example.org', '~ z']) as name;
create function pg_temp.page(after_job text, page_size integer default 50) returns text[] language sql as $$
    select array(select r ->> 'job' from jsonb_array_elements(analytics.list_jobs(after_job => after_job, page_size => page_size) -> 'rows') as r)
$$;
create function pg_temp.hash_of(name text) returns text language sql as $$
    select 'sha256:' || encode(sha256(convert_to(name, 'UTF8')), 'hex')
$$;

select is(pg_temp.page('~ eve@example.org'), array['~ z'], 'a page begins after a name');
select is(pg_temp.page(pg_temp.hash_of('~ eve@example.org')), array['~ z'], 'and after the hash of one');
select is(pg_temp.page(pg_temp.hash_of('~ a')), array['~ eve@example.org', '~ z'], 'of any');
select is(
    pg_temp.page(pg_temp.hash_of('gone'), 3), pg_temp.page(null, 3), 'when that job is gone the list begins again: none is passed over'
);

select * from finish();
rollback;

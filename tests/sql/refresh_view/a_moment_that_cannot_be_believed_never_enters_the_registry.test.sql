begin;
select plan(12);

create table public.probe_source (id integer generated always as identity primary key, seen_at timestamptz);
create materialized view analytics.mv_probe as select id from public.probe_source with no data;
create unique index mv_probe_key on analytics.mv_probe (id);
select analytics.register_view('mv_probe', 'probe', '*/5 * * * *', '15 minutes', source_at => 'public.probe_source.seen_at');

create function public.probe_source_as_of(moments timestamptz[]) returns timestamptz language plpgsql as $$
begin
    delete from public.probe_source;
    insert into public.probe_source (seen_at) select unnest(moments);
    perform analytics.refresh_view('mv_probe');
    return (select v.source_as_of from analytics.views as v where v.view_name = 'mv_probe');
end
$$;

select is(public.probe_source_as_of(array[moment, '2026-01-01 00:00+00']::timestamptz[]), '2026-01-01 00:00+00', moment || ' is no newest row')
from unnest(array['infinity', '10000-01-01', '294276-12-31', '2200-01-01 00:00:00.000001+00']) as moment;
select is(public.probe_source_as_of(array[moment]::timestamptz[]), null, 'with ' || moment || ' alone there is none')
from unnest(array['infinity', '-infinity', '0044-03-15 BC', '1899-12-31 23:59:59+00']) as moment;
select is(public.probe_source_as_of(array['1900-01-01 00:00+00', '2200-01-01 00:00+00']::timestamptz[]), '2200-01-01 00:00+00', 'what can be believed is kept');

select is(
    analytics.view_states() -> 'mv_probe' ->> 'source_as_of', to_jsonb('2200-01-01 00:00+00'::timestamptz) #>> '{}', 'and read by everybody'
);
select throws_ok(
    $$ update analytics.views set verified_at = 'infinity' where view_name = 'mv_probe' $$, '23514', null, 'no other moment of the registry may be one'
);
select throws_ok(
    $$ update analytics.views set refreshed_at = '0044-03-15 BC' where view_name = 'mv_probe' $$, '23514', null, 'whoever writes it'
);

select * from finish();
rollback;

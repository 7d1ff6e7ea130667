-- What EXPLAIN prints of tables whose names need quotes, as many tools make them, beside literals that hold marks.
begin;
select plan(5);

select results_eq(
    $$ select freshet.filter_conjuncts('((x."teamId" = $1) AND (x.state = ''it''''s " AND ( done''::text) AND (x."a''b""c" IS NOT NULL))') $$,
    $$ values ('(x."teamId" = $1)'), ('(x.state = ''it''''s " AND ( done''::text)'), ('(x."a''b""c" IS NOT NULL)') $$,
    'a mark of the other kind, doubled marks and parentheses inside a literal or a name end nothing'
);
select results_eq(
    $$ select freshet.filter_conjuncts('((x.a = $1) AND (x.b = ''open))') $$,
    $$ values ('((x.a = $1) AND (x.b = ''open))') $$,
    'a text that does not close what it opens proves nothing'
);
select is(
    freshet.key_expression('((COALESCE(s."s.teamId", ''s.one "s.''::text) || s."Kind") = $1001)', 's', 1001),
    '(COALESCE(x."s.teamId", ''s.one "s.''::text) || x."Kind")',
    'the alias is replaced where it is one, and not inside a literal or a name'
);

create table public."probeLessons" ("teamId" text not null, "Kind" text not null, "madeAt" timestamptz not null);
create index on public."probeLessons" ("teamId");
create materialized view analytics.mv_probe as
select s."teamId" as team_id, (s."madeAt" at time zone 'UTC')::date as day, count(*) as sample_count
from public."probeLessons" as s
where s."Kind" = 'it''s "done"' and length(s."teamId") <= 255
group by s."teamId", (s."madeAt" at time zone 'UTC')::date
with no data;
create unique index mv_probe_key on analytics.mv_probe (team_id, day);
select lives_ok(
    $$ select analytics.register_view('mv_probe', 'probe', '0 0 1 1 *', '1 hour', incremental => true) $$,
    'a view over such a table is proved'
);
insert into public."probeLessons" values ('a', 'it''s "done"', '2026-03-01 12:00+00'), ('a', 'other', '2026-03-01 12:00+00');
select analytics.refresh_view('mv_probe');
select results_eq(
    'select team_id, day, sample_count from analytics.mv_probe', $$ values ('a', '2026-03-01'::date, 1::bigint) $$, 'and follows its rows'
);

select * from finish();
rollback;

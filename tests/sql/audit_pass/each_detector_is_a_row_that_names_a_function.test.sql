begin;
select plan(3);

-- Whatever a migration adds: it is called, and it is there.
select is_empty(
    $$ select d.detector from analytics.audit_detectors as d
       where to_regproc(substring(d.call from '^(freshet\.[a-z_]+)\(')) is null $$,
    'every row calls a function of schema freshet'
);
select is_empty(
    $$ select p.proname
       from pg_proc as p
       where p.pronamespace = 'freshet'::regnamespace and p.proname like 'detect\_%' and p.proname <> 'detect_blind'
           and not exists (select from analytics.audit_detectors as d where d.call like 'freshet.' || p.proname || '(%')
           and not exists (
               select from pg_proc as g
               where g.pronamespace = 'freshet'::regnamespace and g.proname <> p.proname and g.prosrc like '%freshet.' || p.proname || '(%'
           ) $$,
    'every detector is called by a row, or by a group that one calls'
);
select is(
    (select count(*) from analytics.audit_detectors as d where d.call ~ '\$1' and not d.needs_history), 0::bigint,
    'what takes runs is not called when they could not be read'
);

select * from finish();
rollback;

begin;
select plan(4);

-- now() is that of the transaction: what is due depends on whether it is past 00:10.
create temporary table days as select (now() at time zone 'UTC')::date - 1 as closed, (now() at time zone 'UTC')::time >= '00:10' as is_late;
delete from analytics.study_batches;

select is(freshet.is_study_batch_due(), (select is_late from days), 'a batch that did not begin is due from 00:10 on');
insert into analytics.study_batches (stat_date) select closed - 1 from days;
select is(freshet.is_study_batch_due(), (select is_late from days), 'an unfinished one of an older day makes no difference');
insert into analytics.study_batches (stat_date) select closed from days;
select ok(freshet.is_study_batch_due(), 'one that is not finished is due');
update analytics.study_batches set finished_at = now();
select ok(not freshet.is_study_batch_due(), 'one that is finished is not');

select * from finish();
rollback;

-- Object: freshet.study_batch_shortfall()
-- Why: a batch that succeeds and finds hardly anything means that events no longer arrive. It is compared with the
--      smallest of the last 14 nights, so that neither a weekend nor one large night before it (an import) makes an
--      ordinary night look small. Fewer than seven nights know no weekend: they say nothing.
create function freshet.study_batch_shortfall(stat_date date, days_count integer)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
    select format(
        '%s days of users were aggregated, expected at least half of %s, the smallest number of the last %s nights without an error',
        study_batch_shortfall.days_count, n.smallest, n.nights_count
    )
    from (
        select min(l.days_count) as smallest, count(*) as nights_count
        from (
            select b.days_count
            from analytics.study_batches as b
            where b.stat_date < study_batch_shortfall.stat_date and b.finished_at is not null and b.error is null
            order by b.stat_date desc
            limit 14
        ) as l
    ) as n
    where n.nights_count >= 7 and freshet.is_row_collapse(n.smallest, study_batch_shortfall.days_count);
$$;

revoke all on function freshet.study_batch_shortfall(date, integer) from public, anon, authenticated;

comment on function freshet.study_batch_shortfall(date, integer) is
    'What is wrong with a batch of this day that aggregated so many days of users; null if nothing is. By the rule of row_collapse: none, or less than half of at least 20.';

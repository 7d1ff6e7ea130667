-- Object: freshet.assignment_standing()
-- Why: one place decides when an assignment is overdue. The due date is the last day in time.
create function freshet.assignment_standing(completed_at timestamptz, due_on date, today date)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case when completed_at is not null then 'completed' when due_on < today then 'overdue' else 'open' end;
$$;

revoke all on function freshet.assignment_standing(timestamptz, date, date) from public, anon, authenticated;

comment on function freshet.assignment_standing(timestamptz, date, date) is 'completed, overdue or open, on the UTC day `today`.';

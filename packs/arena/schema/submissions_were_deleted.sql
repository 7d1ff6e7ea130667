-- Object: freshet.submissions_were_deleted()
-- Why: lane facts are copies of scored submissions, and are gone with them; see freshet.write_lane_facts().
create function freshet.submissions_were_deleted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    select array_agg(o.id) into ids from old_rows as o where o.status = 'scored' and o.final_lane_scores is not null;
    if ids is not null then
        perform freshet.write_lane_facts(ids);
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_deleted() from public, anon, authenticated;

comment on function freshet.submissions_were_deleted() is
    'Statement trigger of public.submissions: removes the lane facts of deleted submissions.';

-- Object: freshet.submissions_were_inserted()
-- Why: lane facts are copies of scored submissions; see freshet.write_lane_facts().
create function freshet.submissions_were_inserted()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    ids uuid[];
begin
    select array_agg(n.id) into ids from new_rows as n where n.status = 'scored' and n.final_lane_scores is not null;
    if ids is not null then
        perform freshet.write_lane_facts(ids);
    end if;
    return null;
end
$$;

revoke all on function freshet.submissions_were_inserted() from public, anon, authenticated;

comment on function freshet.submissions_were_inserted() is
    'Statement trigger of public.submissions: writes the lane facts of scored submissions.';

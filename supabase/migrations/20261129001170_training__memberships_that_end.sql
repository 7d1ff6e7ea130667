-- Object: live relations people_of_manager and team_members (registered again)
-- Why: a membership that was given an end (left_at) is over at that moment, without a write.

create index org_members_left_at_idx on public.org_members (left_at) where left_at is not null;

select analytics.register_live(
    name => 'people_of_manager',
    pack => 'training',
    sources => array['public.org_members', 'public.dotted_lines']::regclass[],
    moments => array['public.org_members.left_at']
);
select analytics.register_live(
    name => 'team_members',
    pack => 'training',
    sources => array['public.teams', 'public.org_members']::regclass[],
    moments => array['public.org_members.left_at']
);

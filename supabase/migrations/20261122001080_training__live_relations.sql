-- Object: live relations fact_scenario_attempts, assignments, people_of_manager
-- Why: what a person did, what they were asked to do, and who reports to whom is answered as it is now.

select analytics.register_live(
    name => 'fact_scenario_attempts', pack => 'training', sources => array['analytics.fact_scenario_attempts']::regclass[]
);
select analytics.register_live(
    name => 'assignments', pack => 'training', sources => array['public.assignments']::regclass[]
);
select analytics.register_live(
    name => 'people_of_manager', pack => 'training', sources => array['public.org_members', 'public.dotted_lines']::regclass[]
);

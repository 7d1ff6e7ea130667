-- Object: live relation agents_of_user
-- Why: who owns an agent is asked of the live table, and answers are cached: an agent that changes hands must not be read
--      by its former owner until the view moves next.

select analytics.register_live(name => 'agents_of_user', pack => 'arena', sources => array['public.agents']::regclass[]);

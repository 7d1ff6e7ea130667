-- Object: live relation dim_scenarios
-- Serves: /analytics/training/scenarios (dim_scenarios), /analytics/training/recipients (dim_users)
-- Why: an organisation's catalogue is read by all its members; whom a digest is sent to, with their e-mail addresses, by the
--      servers that send it alone.

select analytics.register_live(name => 'dim_scenarios', pack => 'training', sources => array['analytics.dim_scenarios']::regclass[]);

-- Object: trigger populate_fact_on_completion of public.scenario_attempts, private.trigger_populate_fact() (renamed)
-- Why: the names that the training document gives to what writes the fact when an attempt is completed.

alter trigger attempts_were_updated on public.scenario_attempts rename to populate_fact_on_completion;
alter function private.attempts_were_updated() rename to trigger_populate_fact;

-- Object: freshet.audit_finding
-- Why: the row of every freshet.find_*(): what is bad now, and the facts for its alert.
create type freshet.audit_finding as (subject text, evidence jsonb);

create type freshet.audit_finding as (subject text, evidence jsonb);

create type private.audit_finding as (subject text, evidence jsonb);

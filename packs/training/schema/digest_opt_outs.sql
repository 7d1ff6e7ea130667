-- Object: analytics.digest_opt_outs
-- Grain: one row per organisation, manager and reason
-- Why: a manager who unsubscribed gets no digest of that organisation, whatever the address. A bounce or a complaint is
--      about an address: it counts in every organisation and for every manager, and a new address gets digests again.
create table analytics.digest_opt_outs (
    org_id uuid not null,
    manager_id text not null,
    reason text not null check (reason in ('unsubscribed', 'bounced', 'complained', 'suppressed')),
    email text,
    opted_out_at timestamptz not null default now(),
    primary key (org_id, manager_id, reason),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade,
    check ((reason = 'unsubscribed') = (email is null))
);

create index digest_opt_outs_email_idx on analytics.digest_opt_outs (lower(email)) where email is not null;

alter table analytics.digest_opt_outs enable row level security;

revoke all on table analytics.digest_opt_outs from public, anon, authenticated;

comment on table analytics.digest_opt_outs is 'Managers to whom no further digest is sent. Deleting a row resumes them.';

comment on column analytics.digest_opt_outs.email is 'The address that the reason is about; null for unsubscribed, which is about all.';

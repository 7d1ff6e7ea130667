-- Object: analytics.digest_deliveries
-- Grain: one row per week, organisation and manager: one mail
-- Reads: freshet.digest_figures(), by analytics.plan_digests()
-- Why: this table makes that each mail is sent once. The mail provider forgets an idempotency key after a day; the unique
--      row does not. A batch is frozen before it is sent, so that a batch whose answer was lost is repeated with the
--      same mails and the same key.
create table analytics.digest_deliveries (
    delivery_id bigint generated always as identity primary key,
    week_on date not null check (extract(isodow from week_on) = 1),
    org_id uuid not null,
    manager_id text not null,
    email text,
    figures jsonb,
    status text not null default 'pending' check (status in ('pending', 'claimed', 'sent', 'failed', 'suppressed')),
    batch_id bigint,
    is_alone boolean not null default false,
    lease_id uuid,
    claimed_until timestamptz,
    subject text,
    html text,
    plain_text text,
    attempts_count integer not null default 0,
    provider_id text,
    error_code text check (error_code ~ '^[a-z][a-z0-9_]{0,63}$'),
    planned_at timestamptz not null default now(),
    frozen_at timestamptz,
    settled_at timestamptz,
    unsubscribe_token uuid not null default gen_random_uuid() unique,
    batch_key text,
    unique (week_on, org_id, manager_id),
    foreign key (org_id, manager_id) references public.org_members (org_id, user_id) on delete cascade,
    check ((status in ('sent', 'failed', 'suppressed')) = (settled_at is not null)),
    check ((status = 'claimed') = (claimed_until is not null)),
    check (status <> 'claimed' or batch_id is not null),
    check (status <> 'sent' or provider_id is not null),
    check (frozen_at is null or settled_at is not null or (subject is not null and html is not null and plain_text is not null))
);

create index digest_deliveries_member_idx on analytics.digest_deliveries (org_id, manager_id);

create index digest_deliveries_unsettled_idx on analytics.digest_deliveries (delivery_id) where settled_at is null;

create index digest_deliveries_provider_id_idx on analytics.digest_deliveries (provider_id) where provider_id is not null;

alter table analytics.digest_deliveries enable row level security;

revoke all on table analytics.digest_deliveries from public, anon, authenticated;

comment on table analytics.digest_deliveries is
    'The weekly digest: one row per week, organisation and manager. Figures and mail are kept until the row is settled, and no longer.';

comment on column analytics.digest_deliveries.week_on is 'Monday of the reported week, UTC.';

comment on column analytics.digest_deliveries.email is 'The address when the week was planned; null where the manager had none.';

comment on column analytics.digest_deliveries.figures is 'freshet.digest_figures() when the week was planned; null once settled.';

comment on column analytics.digest_deliveries.batch_id is 'The smallest delivery_id of the mails that are sent in one request.';

comment on column analytics.digest_deliveries.is_alone is
    'The provider refused a batch with this mail as invalid: it is sent in a request of its own, so that one bad mail holds back no other.';

comment on column analytics.digest_deliveries.claimed_until is
    'Until then no other sender takes the batch: the end of the lease, or of the wait that the provider asked for.';

comment on column analytics.digest_deliveries.frozen_at is 'When the batch was first about to be sent: from then on its mails do not change, until the provider is known to have sent none.';

comment on column analytics.digest_deliveries.error_code is
    'Why it was not sent, or not yet: not_a_manager, no_address, opted_out, too_late, answer_lost, not_rendered, not_configured, no_answer, failed_at_provider, or the provider''s name of the error.';

comment on column analytics.digest_deliveries.unsubscribe_token is
    'Random: the link of the mail holds it, and only the link. It works as long as the row exists.';

comment on column analytics.digest_deliveries.batch_key is
    'Idempotency key of the frozen batch. Kept, because a key that is made of the rows would change when one of them is deleted.';

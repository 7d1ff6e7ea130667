-- Object: freshet.clerk_objects
-- Grain: one row per user, organisation and membership that Clerk named, kept after its deletion
-- Why: messages arrive in any order. What was deleted stays deleted, whichever times the messages carry: Clerk never
--      issues an id twice, and the time of a deletion may be in whole seconds.
create table freshet.clerk_objects (
    clerk_id text primary key check (octet_length(clerk_id) <= 200),
    kind text not null check (kind in ('user', 'organization', 'membership')),
    changed_at timestamptz not null,
    deleted_at timestamptz,
    joined_at timestamptz,
    org_id uuid,
    user_id text,
    role public.user_role,
    external_org_id text,
    external_user_id text,
    seen_walk_id bigint,
    check (kind <> 'membership' or (org_id, user_id, role, joined_at) is not null)
);

create index clerk_objects_membership_idx on freshet.clerk_objects (org_id, user_id) where kind = 'membership';

create index clerk_objects_user_id_idx on freshet.clerk_objects (user_id) where kind = 'membership';

revoke all on table freshet.clerk_objects from public, anon, authenticated;

comment on table freshet.clerk_objects is 'The last known state of what Clerk owns, without names and addresses.';

comment on column freshet.clerk_objects.changed_at is 'Of the newest event that was taken, by Clerk''s clock.';

comment on column freshet.clerk_objects.deleted_at is 'Null while it exists at Clerk.';

comment on column freshet.clerk_objects.joined_at is 'When a membership began; null for users and organisations.';

comment on column freshet.clerk_objects.org_id is 'As in public.orgs; null for users.';

comment on column freshet.clerk_objects.user_id is 'As in public.users; null for organisations.';

comment on column freshet.clerk_objects.external_org_id is 'Clerk''s id of the organisation; null for users.';

comment on column freshet.clerk_objects.external_user_id is 'Clerk''s id of the user; null for organisations.';

comment on column freshet.clerk_objects.seen_walk_id is 'The newest walk_id of freshet.clerk_walks that found it at Clerk.';

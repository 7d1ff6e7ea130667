-- Object: freshet.clerk_walks
-- Grain: one row per nightly comparison with Clerk
-- Why: Clerk does not promise to deliver every message. A walk reads one page of Clerk's lists in each call and can go on
--      from this row wherever it was interrupted.
create table freshet.clerk_walks (
    walk_id bigint generated always as identity primary key,
    started_at timestamptz not null default now(),
    phase text not null default 'user' check (phase in ('user', 'organization', 'membership', 'absent')),
    position text,
    wait_until timestamptz,
    stopped_because text,
    refused_count integer not null default 0,
    refused_because text,
    finished_at timestamptz
);

revoke all on table freshet.clerk_walks from public, anon, authenticated;

comment on table freshet.clerk_walks is 'Nightly comparisons with Clerk. Kept for 90 days.';

comment on column freshet.clerk_walks.phase is
    'The list that is read; absent: what no list had is asked for by its id, and removed here when Clerk answers 404.';

comment on column freshet.clerk_walks.position is
    'Where the next page begins: after this user, at this offset, or after this absent id. Null at the beginning of a phase.';

comment on column freshet.clerk_walks.wait_until is 'Null, or until when Clerk asked to wait (429).';

comment on column freshet.clerk_walks.stopped_because is
    'Null, or which deletions would be too many. freshet.accept_clerk_deletions() lets the walk go on.';

comment on column freshet.clerk_walks.refused_count is
    'Rows of Clerk''s lists that could not be taken, each by itself; the rest of their page was.';

comment on column freshet.clerk_walks.refused_because is 'What was wrong with the first of them; null while there is none.';

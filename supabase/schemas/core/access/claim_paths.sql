-- Object: freshet.claim_paths
-- Grain: one row
-- Why: a project whose own hook writes other claims than org_id, org_role and is_admin tells where they are, and the
--      functions know it by FRESHET_CLAIM_ORG, FRESHET_CLAIM_ORG_ROLE and FRESHET_CLAIM_ADMIN. Calls that reach the
--      database without the functions are read by this row. freshet.use_claims() writes it; the audit notes here what the
--      functions have, so that a difference is reported (kind claims_differ).
create table freshet.claim_paths (
    is_the_one boolean primary key default true check (is_the_one),
    org_id_path text[] not null default array['org_id'] check (org_id_path <> '{}'),
    org_role_path text[] not null default array['org_role'] check (org_role_path <> '{}'),
    is_admin_path text[] not null default array['is_admin'] check (is_admin_path <> '{}' and is_admin_path <> array['is_anonymous']),
    of_functions jsonb,
    noted_at timestamptz,
    differing_count integer not null default 0 check (differing_count >= 0),
    constraint claim_paths_not_written_by_users_check check (
        not (org_id_path || org_role_path || is_admin_path) && array['user_metadata', 'unsafe_metadata', 'unsafeMetadata']
    )
);

alter table freshet.claim_paths enable row level security;

revoke all on table freshet.claim_paths from public, anon, authenticated, service_role;

insert into freshet.claim_paths default values;

comment on table freshet.claim_paths is
    'Where the claims of the project''s own tokens are. Written by freshet.use_claims() and analytics.note_claim_paths().';

comment on column freshet.claim_paths.org_id_path is 'Where the organisation''s id is in the token, name by name.';

comment on column freshet.claim_paths.org_role_path is 'Where the role in the organisation is.';

comment on column freshet.claim_paths.is_admin_path is 'Where exactly true makes an administrator.';

comment on column freshet.claim_paths.of_functions is
    'What the functions had at the last audit, as {"org": […], "org_role": […], "admin": […]}; null: no audit has told.';

comment on column freshet.claim_paths.noted_at is 'When an audit last told. Older than 15 minutes: no audit runs, or its settings are invalid.';

comment on column freshet.claim_paths.differing_count is 'Audits in a row in which the functions had other paths than this row.';

-- Object: freshet.token_issuers
-- Grain: one row per issuer of user tokens beside the project's own
-- Why: a token of an outside issuer that goes to the data API reaches the database with that issuer's claims. This table
--      says how freshet.caller_claims() reads them. freshet.use_issuers() fills it from the text of FRESHET_ISSUERS.
create table freshet.token_issuers (
    issuer text primary key check (issuer ~ '^\S{1,255}$'),
    audience text[] check (audience <> '{}'),
    allowed_azp text[] check (allowed_azp <> '{}'),
    sub_path text[] not null check (sub_path <> '{}'),
    org_id_path text[] check (org_id_path <> '{}'),
    org_role_path text[] check (org_role_path <> '{}'),
    is_admin_path text[] check (is_admin_path <> '{}'),
    roles jsonb check (jsonb_typeof(roles) = 'object'),
    organisations text not null check (organisations in ('uuid', 'external')),
    subjects text not null check (subjects in ('derived', 'as_they_are')),
    requires_role boolean not null,
    refuse_actor boolean not null,
    constraint token_issuers_audience_or_azp_check check (audience is not null or allowed_azp is not null),
    constraint token_issuers_not_written_by_users_check check (
        not (sub_path || org_id_path || org_role_path || is_admin_path)
        && array['user_metadata', 'unsafe_metadata', 'unsafeMetadata']
    )
);

alter table freshet.token_issuers enable row level security;

revoke all on table freshet.token_issuers from public, anon, authenticated, service_role;

comment on table freshet.token_issuers is
    'Issuers of user tokens beside the project''s own, as in FRESHET_ISSUERS. Written by freshet.use_issuers().';

comment on column freshet.token_issuers.audience is 'The token must be for one of these (claim aud); null: for any.';

comment on column freshet.token_issuers.allowed_azp is 'The token must be made for one of these (claim azp); null: for any.';

comment on column freshet.token_issuers.sub_path is 'Where the user''s id is in the token, name by name.';

comment on column freshet.token_issuers.org_id_path is 'Where the organisation''s id is; null: such a token names none.';

comment on column freshet.token_issuers.org_role_path is 'Where the role in the organisation is; null: such a token names none.';

comment on column freshet.token_issuers.is_admin_path is 'Where true makes an administrator; null: no such token makes one.';

comment on column freshet.token_issuers.roles is 'The issuer''s roles to ours, and no others; null: roles count as they are.';

comment on column freshet.token_issuers.organisations is
    'external: the id is derived by freshet.organisation_id(); uuid: the token names organisations of this project.';

comment on column freshet.token_issuers.subjects is
    'derived: the user''s id is made by freshet.subject_id(); as_they_are: only where this is the one issuer.';

comment on column freshet.token_issuers.requires_role is 'Whether the token must carry role: authenticated.';

comment on column freshet.token_issuers.refuse_actor is 'Whether a token with an actor (claim act) is refused.';

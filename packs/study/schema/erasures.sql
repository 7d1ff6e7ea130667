-- Object: freshet.erasures
-- Grain: one row per call of public.forget_user()
-- Why: the proof that a user was erased, and the reason why the trigger of the log lets this transaction delete. The
--      user's id stands here only until the transaction ends; afterwards a hash recognises late events of an erased user.
create table freshet.erasures (
    erasure_id bigint generated always as identity primary key,
    user_hash text not null,
    user_id text,
    transaction_id xid8 not null default pg_current_xact_id(),
    erased_at timestamptz not null default now(),
    rows_count bigint
);

create index erasures_user_hash_idx on freshet.erasures (user_hash, erased_at);

-- The trigger of the log asks for each event that is deleted.
create index erasures_user_id_idx on freshet.erasures (user_id) where user_id is not null;

revoke all on table freshet.erasures from public, anon, authenticated, service_role;

comment on table freshet.erasures is 'Users that were erased, as hashes. Written by public.forget_user only.';

comment on column freshet.erasures.user_hash is 'HMAC-SHA256, in hex, of the user''s id with the pepper in Vault.';

comment on column freshet.erasures.user_id is 'Null once the erasing transaction has ended.';

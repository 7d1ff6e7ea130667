-- Object: freshet.bucket_of()
-- Why lower: a caller may spell a uuid in capitals. Texts that differ by them share a bucket, which is never wrong.
-- Why: SHA-256 is what both the database and the functions have. The functions only guess with it where a cached answer
--      may be: the answer is kept under the bucket that came back with its rows, so that a wrong guess finds nothing.
create function freshet.bucket_of(value text, bucket_count integer)
returns integer
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select coalesce((get_byte(h.digest, 0) * 256 + get_byte(h.digest, 1)) & (bucket_count - 1), 0)
    from (select sha256(convert_to(lower(value collate "C"), 'UTF8')) as digest) as h;
$$;

revoke all on function freshet.bucket_of(text, integer) from public, anon, authenticated;

comment on function freshet.bucket_of(text, integer) is
    'The bucket of a value: the first two bytes of the SHA-256 of its text, in which A to Z are a to z, modulo a power of two; 0 for null.';

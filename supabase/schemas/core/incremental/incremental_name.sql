-- Object: freshet.incremental_name()
-- Why: what is generated for a view or a source is named after it, and a name has at most 63 bytes.
create function freshet.incremental_name(prefix text, subject text)
returns name
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
    select case
        when octet_length(prefix || subject) <= 63 then prefix || subject
        -- Ten bytes for what tells two long names apart. Names of ours are ASCII; of others a character may be cut.
        else left(prefix || subject, 12) || '_' || md5(subject)
    end::name;
$$;

revoke all on function freshet.incremental_name(text, text) from public, anon, authenticated;

comment on function freshet.incremental_name(text, text) is 'Name of a generated object of schema freshet: prefix and subject, or a hash where they are too long.';

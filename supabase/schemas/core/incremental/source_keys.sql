-- Object: analytics.source_keys
-- Grain: one row per source and expression over one row of it that says which groups the row belongs to
-- Why: what is logged of a source is shared by all incremental views that read it. The expression is compiled as
--      function freshet.key_<place>_of_<source>, whose parsed body follows a renamed column, so that no write of the
--      application fails because of it.
create table analytics.source_keys (
    source regclass not null,
    place smallint not null check (place > 0),
    expression text not null,
    type text not null,
    source_name text not null,
    is_guarded boolean not null default false,
    primary key (source, place),
    unique (source, expression)
);

alter table analytics.source_keys enable row level security;

revoke all on table analytics.source_keys from public, anon, authenticated;

comment on table analytics.source_keys is 'Columns k<place> of the key logs freshet.keys_of_<source>.';

comment on column analytics.source_keys.expression is 'As derived at the registration; x is a row of the source.';

comment on column analytics.source_keys.type is 'SQL name of the type of the expression.';

comment on column analytics.source_keys.is_guarded is
    'The expression may fail for a row: triggers call freshet.try_key_<place>_of_<source>, which then has no key. See freshet.may_raise.';

comment on column analytics.source_keys.source_name is
    'Schema and name of the source when it was first logged: names of generated objects do not follow a rename.';

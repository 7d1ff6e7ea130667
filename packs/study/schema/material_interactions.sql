-- Object: public.material_interactions
-- Grain: one row per user and material
-- Why: sums, least and greatest values over the events of a user and a material, the same in whatever order they arrive.
create table public.material_interactions (
    material_id uuid not null references public.study_materials (id) on delete cascade,
    user_id text not null check (octet_length(user_id) between 1 and 1000),
    progress_rate numeric not null default 0 check (progress_rate between 0 and 1),
    reading_seconds numeric not null default 0 check (reading_seconds between 0 and 1e15),
    opens_count integer not null default 0 check (opens_count >= 0),
    first_at timestamptz not null check (first_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    last_at timestamptz not null check (last_at between first_at and '9999-12-31 00:00+00'),
    completed_at timestamptz check (completed_at between '1970-01-01 00:00+00' and '9999-12-31 00:00+00'),
    constraint ix_material_interactions_material_user primary key (material_id, user_id)
);

create index material_interactions_user_id_idx on public.material_interactions (user_id, last_at);

alter table public.material_interactions enable row level security;

create policy interactions_are_read_by_their_user on public.material_interactions
    for select to authenticated using (user_id = (select freshet.caller_claims() ->> 'sub'));

revoke all on table public.material_interactions from public, anon, authenticated;

grant select on table public.material_interactions to authenticated;

grant select, insert, update, delete on table public.material_interactions to service_role;

create trigger materials_were_read_first after insert on public.material_interactions
    referencing new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger materials_were_read_on after update on public.material_interactions
    referencing old table as old_rows new table as new_rows
    for each statement execute function freshet.reading_changed();

create trigger material_reading_was_deleted after delete on public.material_interactions
    referencing old table as old_rows
    for each statement execute function freshet.reading_changed();

comment on column public.material_interactions.progress_rate is 'The greatest share that was reported, 0 to 1.';

comment on column public.material_interactions.completed_at is 'When it was first reported as complete (material_complete, or a progress of 1); null if it was not.';

-- Object: freshet.refuse_event_change()
-- Why: the log is immutable for every role, its owner included. The one way to delete events of a user is
--      public.forget_user(), which notes its transaction in freshet.erasures first.
create function freshet.refuse_event_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' and exists (
        select from freshet.erasures as e
        where e.user_id = old.user_id and e.transaction_id = pg_current_xact_id()
    ) then
        return old;
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('study events are immutable: %s is refused', tg_op),
        hint = 'Report a correction as a new event. To erase a user: select public.forget_user(''<user id>''). Old months are dropped by the job drop-old-study-events.';
end
$$;

revoke all on function freshet.refuse_event_change() from public, anon, authenticated;

comment on function freshet.refuse_event_change() is
    'Trigger of public.study_events: refuses update, delete and truncate, except deletes of the transaction that erases the user.';

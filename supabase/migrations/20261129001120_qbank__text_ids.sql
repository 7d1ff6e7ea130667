-- Object: policy of public.responses (replaced)
-- Why: a user whose id is no uuid gave no answer, and asking for one is no error.

alter policy responses_are_read_by_who_gave_them on public.responses
    using (user_id = (select private.claimed_uuid('sub')));

-- Object: policies of public.learning_sessions, quiz_attempts, review_sessions, explanation_views (replaced)
-- Why: a user whose id is no uuid has no row here, and asking for one is no error.

alter policy learning_sessions_are_read_by_their_user on public.learning_sessions
    using (user_id = (select private.claimed_uuid('sub')));
alter policy quiz_attempts_are_read_by_their_user on public.quiz_attempts
    using (user_id = (select private.claimed_uuid('sub')));
alter policy review_sessions_are_read_by_their_user on public.review_sessions
    using (user_id = (select private.claimed_uuid('sub')));
alter policy explanation_views_are_read_by_their_user on public.explanation_views
    using (user_id = (select private.claimed_uuid('sub')));

/**
 * The last day of the dataset with at least 100 answers (a submission with a score). The 91 answers after it came in up to
 * fifteen weeks late, and are left out of the study pack: shifted to the newest of them, its last month would be empty.
 */
export const LAST_STUDY_DAY = "2015-06-03";

/**
 * Of the students with answers in two presentations or more and two wrong ones, the one with the most answers in the 90
 * days up to that day, then the most in all, then the lowest number: a dashboard with something to show. It is the demo
 * member's history where the local stack loads the sample.
 */
export const BUSY_LEARNER = "679386";

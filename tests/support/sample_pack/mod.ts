import type { Resource } from "../../../shared/resource/resource.ts";
import { activeLearningDays } from "./active_learning_days.ts";
import { heatmap } from "./heatmap.ts";
import { heatmapMatrix } from "./heatmap_matrix.ts";
import { laneDistributions } from "./lane_distributions.ts";
import { popularTracks } from "./popular_tracks.ts";
import { progress } from "./progress.ts";
import { studyDays } from "./study_days.ts";
import { summaryStats } from "./summary_stats.ts";
import { timeToFirstWin } from "./time_to_first_win.ts";
import { weaknessPatterns } from "./weakness_patterns.ts";

/** A pack that is never served: tests of code shared by all packs use it, so that they run with any set of packs. */
export const samplePack: readonly Resource[] = [
  activeLearningDays,
  heatmap,
  heatmapMatrix,
  laneDistributions,
  popularTracks,
  progress,
  studyDays,
  summaryStats,
  timeToFirstWin,
  weaknessPatterns,
];

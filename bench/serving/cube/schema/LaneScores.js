// The same rows, rolled up by Cube into a table of its own in the same database.
cube(`LaneScores`, {
  sql: `select * from analytics.mv_lane_score_distribution`,
  dimensions: {
    key: { sql: `challenge_id::text || lane_key`, type: `string`, primaryKey: true },
    challenge: { sql: `challenge_id::text`, type: `string` },
    lane: { sql: `lane_key`, type: `string` },
  },
  measures: {
    samples: { sql: `sample_count`, type: `max` },
    mean: { sql: `mean_score`, type: `max` },
    p10: { sql: `p10`, type: `max` },
    p50: { sql: `p50`, type: `max` },
    p90: { sql: `p90`, type: `max` },
  },
  preAggregations: {
    main: {
      type: `rollup`,
      external: false,
      measures: [samples, mean, p10, p50, p90],
      dimensions: [challenge, lane],
      refreshKey: { every: `1 hour` },
    },
  },
});

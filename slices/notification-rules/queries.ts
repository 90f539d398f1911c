import type { Database } from '../../shared/database.ts';
import { ruleRecords, type RuleRecord } from './read-model.ts';

/** How often a rule was decided on. */
export interface RuleFigures {
  requested: number;
  suppressed: number;
}

export interface RuleQueries {
  records(): Promise<ReadonlyMap<string, RuleRecord>>;
  /** By rule; one that was never decided on is missing. */
  figures(): Promise<ReadonlyMap<string, RuleFigures>>;
}

export function createRuleQueries({ db, sql }: Database): RuleQueries {
  return {
    async records() {
      const rows = await db.select().from(ruleRecords);
      return new Map(rows.map((row) => [row.id, row]));
    },
    async figures() {
      const rows = await sql<(RuleFigures & { rule: string })[]>`
        SELECT rule, sum(requested)::int AS requested, sum(suppressed)::int AS suppressed FROM (
          SELECT unnest(requested) AS rule, 1 AS requested, 0 AS suppressed FROM notifications
          UNION ALL
          SELECT unnest(suppressed), 0, 1 FROM notifications
        ) AS decisions GROUP BY rule`;
      return new Map(rows.map(({ rule, ...figures }) => [rule, figures]));
    },
  };
}

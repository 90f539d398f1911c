import { exactText } from '../../../public/time.js';
import { countText } from '../../document-board/board-row.contract.ts';
import { stateWords } from '../screen/words.ts';
import type { Answer, Verdict } from './what-if.ts';

export interface AnswerView {
  summary: string;
  /** Set when not all were looked at. */
  bounded: string | null;
  pairs: { issued: string; asked: string; count: string; changed: boolean }[];
  differences: { href: string; fileName: string; issued: string; asked: string; due: string }[];
}

const wordOf = (verdict: Verdict) => (verdict === null ? 'No promise' : stateWords[verdict]);

/** What was issued beside what is asked, in words. */
export function answerView({ documents, pairs, differences, stoppedAt }: Answer): AnswerView {
  const changed = pairs
    .filter(({ issued, asked }) => issued !== asked)
    .reduce((sum, { count }) => sum + count, 0);
  return {
    summary: `${countText(documents, 'document')} received in that period; ${changed === 0 ? 'nothing' : countText(changed, 'promise')} would be judged otherwise.`,
    bounded: stoppedAt
      ? `These are the first documents only, received up to ${exactText(stoppedAt.getTime(), 'UTC')}. Ask about a shorter period to see them all.`
      : null,
    pairs: pairs.map(({ issued, asked, count }) => ({
      issued: wordOf(issued),
      asked: wordOf(asked),
      count: count.toLocaleString('en'),
      changed: issued !== asked,
    })),
    differences: differences.map(({ id, fileName, issued, asked, issuedDueAt, askedDueAt }) => ({
      href: `/documents/${id}`,
      fileName: fileName ?? 'Document',
      issued: wordOf(issued),
      asked: wordOf(asked),
      due: `${exactText(askedDueAt.getTime(), 'UTC')} instead of ${issuedDueAt ? exactText(issuedDueAt.getTime(), 'UTC') : 'never'}`,
    })),
  };
}

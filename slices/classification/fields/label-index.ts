import type { Line } from '../document-text.ts';
import { PhraseIndex, tokenize, type PhraseMatch } from '../phrases.ts';
import { LABEL_RULES, type LabelName, type LabelRule } from './labels.ts';

/** A label met in the text, with the words that may hold its value. */
export interface LabelledValue {
  name: LabelName;
  /** How surely the label announces the value, 0 to 1. */
  strength: number;
  label: string;
  value: string;
  page: number;
  /** Index of the label's line. */
  line: number;
  /** The value stands on the label's own line. */
  sameLine: boolean;
}

/** Tells whether a text can be the value of a label; decides where values stand below labels. */
export type Fits = (name: LabelName, text: string) => boolean;

const index = new PhraseIndex<LabelRule>();
for (const rule of LABEL_RULES) {
  for (const phrase of rule.phrases.split(',')) index.add(phrase, rule);
}

/** Several searches ask for the labels of one line. */
const known = new WeakMap<Pick<Line, 'tokens'>, PhraseMatch<LabelRule>[]>();

/** The longest label at each place of a line. */
export function labelsOf(line: Pick<Line, 'tokens'>): PhraseMatch<LabelRule>[] {
  const labels = known.get(line) ?? index.findLongest(line.tokens);
  known.set(line, labels);
  return labels;
}

/** A text that consists of labels announces something and is itself no value. */
export function isOnlyLabels(text: string): boolean {
  const tokens = tokenize(text);
  return labelsOf({ tokens }).reduce((sum, { from, to }) => sum + to - from, 0) === tokens.length;
}

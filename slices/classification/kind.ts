import type { Format } from '../text-extraction/format.contract.ts';
import { KINDS, type Evidence, type Kind } from './classification.ts';
import type { Line } from './document-text.ts';
import { findPhraseEvidence, type KindEvidence } from './kind-phrases.ts';
import { findSigns } from './kind-signs.ts';
import type { Totals } from './fields/totals.ts';
import type { Structured } from './structured/structured.ts';

/** A kind has to outweigh this much doubt: the score of `other`, which no words speak for. */
const DOUBT = 2.8;
/** A kind that nothing speaks for. */
const UNSUPPORTED = -1.5;
/** Below this the kind is `other`. */
const THRESHOLD = 0.5;
const MAX_EVIDENCE = 12;
/** More than all words of other kinds together can weigh. */
const STATED = 30;

/** How likely a kind is, and the words that spoke for it, strongest first. */
export interface KindVerdict {
  kind: Kind;
  confidence: number;
  evidence: Evidence[];
  /** Headings that name the kind. */
  headings: Evidence[];
}

/**
 * The kind of a document: weights of the rules it meets are added up per kind and turned into
 * probabilities by softmax, with `other` as the kind of those that meet few.
 */
export function decideKind(document: {
  lines: Line[];
  pages: string[];
  format: Format;
  fileName: string;
  language: string | null;
  totals: Totals;
  structured: Structured[];
}): KindVerdict {
  const { lines, pages, format, fileName, language, totals, structured } = document;
  const evidence = [
    ...statedEvidence(structured),
    ...moneyEvidence(totals),
    ...findSigns(lines, pages, format),
    ...findPhraseEvidence(lines, fileName, language),
  ];
  const [first = { kind: 'other', probability: 0 }] = probabilities(evidence);
  const certain = first.kind !== 'other' && first.probability >= THRESHOLD;
  const kind = certain ? first.kind : 'other';
  const told = evidence
    .filter((item) => item.weight > 0 && (kind === 'other' || item.kind === kind))
    .toSorted((a, b) => b.weight - a.weight);
  return {
    kind,
    confidence: round(
      certain || first.kind === 'other' ? first.probability : 1 - first.probability,
    ),
    evidence: told.slice(0, MAX_EVIDENCE).map(asEvidence),
    headings: told.filter(({ heading }) => heading === true).map(asEvidence),
  };
}

/** A document whose own data names its kind is of that kind. */
function statedEvidence(structured: Structured[]): KindEvidence[] {
  return structured.flatMap(({ kind, origin }) =>
    kind === null ? [] : { kind, words: origin, page: null, weight: STATED },
  );
}

/** Net, tax and total that add up are rare in documents that ask for no money. */
function moneyEvidence({ fields, addUp }: Totals): KindEvidence[] {
  const total = fields.find(({ name }) => name === 'total');
  if (!addUp || total === undefined) return [];
  const found = { words: total.source, page: total.page };
  return [
    { kind: 'invoice', weight: 1.6, ...found },
    { kind: 'credit-note', weight: 1.4, ...found },
    { kind: 'receipt', weight: 1.2, ...found },
  ];
}

function probabilities(evidence: KindEvidence[]): { kind: Kind; probability: number }[] {
  const scores = KINDS.map((kind) => {
    const own = evidence.filter((item) => item.kind === kind);
    const sum = own.reduce((weights, { weight }) => weights + weight, 0);
    if (kind === 'other') return DOUBT + sum;
    return own.length === 0 ? UNSUPPORTED : sum;
  });
  const exponentials = scores.map((score) => Math.exp(score));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return KINDS.map((kind, index) => ({
    kind,
    probability: (exponentials[index] ?? 0) / total,
  })).toSorted((a, b) => b.probability - a.probability);
}

function asEvidence({ kind, words, page, weight }: KindEvidence): Evidence {
  return { kind, words, page, weight: round(weight) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

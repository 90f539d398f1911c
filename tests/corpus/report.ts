import type { Measured } from './measure.ts';
import { OCR_KINDS } from './manifest.ts';
import type { Check, Outcome } from './outcome.ts';

const MiB = 2 ** 20;

/** Expectations that hold, of all. */
interface Share {
  held: number;
  of: number;
}

/** A share beside the mark that it has to reach, as a fraction. */
interface Mark extends Share {
  name: string;
  least: number;
  reached: boolean;
}

/** Every figure with a mark to reach. A share of nothing reaches it. */
export function marksOf(outcomes: readonly Outcome[]): Mark[] {
  const good = outcomes.filter(({ entry }) => entry.part === 'good');
  const ocr = good.filter(({ entry }) => OCR_KINDS.has(entry.kind));
  const read = good.filter(({ entry }) => !OCR_KINDS.has(entry.kind));
  const nasty = outcomes.filter(({ entry }) => entry.part === 'nasty');
  return [
    mark('text, no OCR', 0.98, shareOf(read, 'text')),
    mark('text, OCR', 0.85, shareOf(ocr, 'text')),
    mark('pages', 1, shareOf(good, 'pages')),
    mark('invoices called so', 0.9, shareOf(good, 'invoice')),
    mark('others not called so', 0.97, shareOf(good, 'not-invoice')),
    mark('visible fields', 0.85, shareOf(good, 'field')),
    mark('mail subjects and attachments', 1, shareOf(good, 'mail')),
    mark('good documents end as they should', 1, shareOf(good, 'survival')),
    mark('nasty documents survived', 1, shareOf(nasty, 'survival')),
  ];
}

function mark(name: string, least: number, { held, of }: Share): Mark {
  return { name, least, held, of, reached: held >= of * least };
}

function shareOf(outcomes: readonly Outcome[], about: Check['about']): Share {
  const checks = outcomes.flatMap((outcome) =>
    outcome.checks.filter((each) => each.about === about),
  );
  return { held: checks.filter(({ holds }) => holds).length, of: checks.length };
}

/** Per kind: documents, expectations that hold, time and memory. */
export function tableOf(outcomes: readonly Outcome[]) {
  const kinds = Map.groupBy(outcomes, ({ entry }) => `${entry.part} ${entry.kind}`);
  return Object.fromEntries(
    [...kinds].map(([kind, alike]) => [
      kind,
      {
        documents: alike.length,
        text: shown(shareOf(alike, 'text')),
        pages: shown(shareOf(alike, 'pages')),
        fields: shown(shareOf(alike, 'field')),
        survival: shown(shareOf(alike, 'survival')),
        'mean s': mean(alike.map(processingSeconds)),
        'max s': Math.max(...alike.map(processingSeconds)),
        'CPU s': rounded(alike.reduce((sum, { cost }) => sum + (cost?.cpuSeconds ?? 0), 0)),
        'peak MiB': Math.max(...alike.map(peakMiB)),
      },
    ]),
  );
}

/** One sentence a miss, each with its document. */
export function missesOf({ outcomes, misses }: Measured): string[] {
  const each = outcomes.flatMap(({ entry, checks }) =>
    checks
      .filter(({ holds }) => !holds)
      .map(({ about, expected, found }) => {
        const instead = found === '' ? '' : `, found: ${found}`;
        return `${entry.part}/${entry.path}: ${about}, expected: ${expected}${instead}`;
      }),
  );
  return [...misses, ...each.toSorted()];
}

/** A line for each document: how it ended, and what it took. */
export function lineOf(outcome: Outcome): string {
  const { entry, document, checks } = outcome;
  const held = checks.filter(({ holds }) => holds).length;
  const parts = [
    `${held}/${checks.length}`.padStart(6),
    `${processingSeconds(outcome).toFixed(1)} s`.padStart(8),
    `${peakMiB(outcome)} MiB`.padStart(9),
    (document?.error?.code ?? document?.status ?? 'refused').padEnd(20),
    `${entry.part}/${entry.path}`,
  ];
  return parts.join('  ');
}

/** Everything of one document that a program may want to look at, without its text. */
export function jsonOf({
  entry,
  document,
  text,
  warnings,
  seconds,
  cost,
  checks,
  refusal,
}: Outcome) {
  const { part, path, kind, docClass } = entry;
  return {
    part,
    path,
    kind,
    docClass,
    document,
    refusal,
    warnings,
    seconds,
    cost,
    checks,
    characters: text.length,
  };
}

const processingSeconds = ({ document, seconds }: Outcome): number =>
  rounded(document === null ? seconds : document.durationMs / 1000);
const peakMiB = ({ cost }: Outcome): number => Math.round((cost?.peakMemoryBytes ?? 0) / MiB);
const shown = ({ held, of }: Share): string => (of === 0 ? '' : `${held}/${of}`);
const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;
const mean = (all: number[]): number =>
  rounded(all.reduce((sum, each) => sum + each, 0) / all.length);

import { unzipSync } from 'fflate';
import { posix } from 'node:path';
import { Parser } from 'htmlparser2';
import { StepFailure } from '../../../shared/step-failure.ts';

/** The parts of a ZIP file of XML that hold text, unpacked. */
export interface XmlParts {
  /** A part's XML, by its path without a leading slash; empty where there is none. */
  xml(path: string): string;
}

/** An Office Open XML package (ECMA-376 part 2). */
export interface OoxmlPackage extends XmlParts {
  /** What a part refers to inside the package, by relationship id. */
  relations(path: string): Map<string, Relation>;
}

export interface Relation {
  /** The last word of its type, such as `header` or `chart`. */
  type: string;
  /** The path of the part; links to the world outside are left out. */
  target: string;
}

const MEBIBYTE = 1024 * 1024;
const MAX_BYTES = 256 * MEBIBYTE;
/** Pictures, fonts and programs hold no text. */
const TEXT_PART = /\.(xml|rels|vml|html?|xhtml|mht|txt)$/i;

/** Throws the permanent failures `corrupt` and `too-large-inside`. */
export function openPackage(file: Uint8Array): OoxmlPackage {
  let left = MAX_BYTES;
  const wanted = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (!TEXT_PART.test(name)) return false;
    left -= originalSize;
    if (left < 0) throw tooLarge();
    return true;
  };
  const parts = unpack(() => unzipSync(file, { filter: wanted }));
  const byPath = new Map(
    Object.entries(parts).map(([name, bytes]) => [name.replaceAll('\\', '/').toLowerCase(), bytes]),
  );
  const xml = (path: string): string => decode(byPath.get(path.toLowerCase()));
  return { xml, relations: (path) => readRelations(xml, path) };
}

/** The paths that relations of one type lead to, in their order. */
export function targetsOf(relations: Map<string, Relation>, type: string): string[] {
  return [...relations.values()].filter((each) => each.type === type).map(({ target }) => target);
}

/** The path of the part that everything else hangs on; `usual` where the package does not say. */
export function mainPart(parts: OoxmlPackage, usual: string): string {
  const [main = usual] = targetsOf(parts.relations(''), 'officeDocument');
  return main;
}

/** Throws the permanent failure `corrupt` where a part is missing or cut off. */
export function requirePart(parts: XmlParts, path: string): void {
  const xml = parts.xml(path);
  if (xml === '') throw corrupt(`${path} is missing`);
  if (!readXml(xml, {}).complete) throw corrupt(`${path} is cut off`);
}

function unpack<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StepFailure) throw error;
    throw corrupt(String(error), error);
  }
}

function corrupt(detail: string, cause?: unknown): StepFailure {
  const text = 'The document is damaged and cannot be read. Save it again and send the new file.';
  return new StepFailure('corrupt', 'permanent', text, { detail, cause });
}

function tooLarge(): StepFailure {
  const text = 'The document unpacks to more than is allowed. Split it and send the parts.';
  return new StepFailure('too-large-inside', 'permanent', text);
}

function decode(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return '';
  const [first, second] = bytes;
  const utf16 = first === 0xff && second === 0xfe ? 'utf-16le' : 'utf-16be';
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return new TextDecoder(isUtf16 ? utf16 : 'utf-8').decode(bytes);
}

function readRelations(xml: (path: string) => string, path: string): Map<string, Relation> {
  const folder = posix.dirname(path);
  const relations = new Map<string, Relation>();
  readXml(xml(posix.join(folder, '_rels', `${posix.basename(path)}.rels`)), {
    open(name, { Id = '', Type = '', Target = '', TargetMode }) {
      if (name !== 'Relationship' || TargetMode === 'External') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      relations.set(Id, { type: posix.basename(Type), target });
    },
  });
  return relations;
}

/** Attributes by their local names. */
export type Attributes = Readonly<Record<string, string | undefined>>;

export interface XmlHandler {
  /** `attributes` by their local names, `qualified` as they stand in the file. */
  open?(name: string, attributes: Attributes, qualified: Attributes): void;
  close?(name: string): void;
  text?(data: string): void;
}

/**
 * Reads XML in one pass, without a tree, so that neither size nor depth costs memory; names are local
 * ones. Entities that a document type declares are not expanded, so none can explode or fetch. What
 * is cut off in the middle is not complete.
 */
export function readXml(xml: string, { open, close, text }: XmlHandler): { complete: boolean } {
  let ending = false;
  let complete = true;
  const parser = new Parser(
    {
      onopentag: (name, given) => open?.(local(name), withLocalNames(given), given),
      onclosetag(name) {
        if (ending) complete = false;
        close?.(local(name));
      },
      ontext: (data) => text?.(data),
    },
    { xmlMode: true },
  );
  parser.write(xml);
  ending = true;
  parser.end();
  return { complete };
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

function withLocalNames(attributes: Record<string, string>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [local(name), value]),
  );
}

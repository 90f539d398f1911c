import { Parser } from 'htmlparser2';

/** An element by its local name: prefixes are the writer's choice and say nothing. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

/** An invoice of ten thousand items has half a million elements and 30 MB; nobody's is deeper than 20. */
export const MAX_XML_BYTES = 32 * 1024 * 1024;
const MAX_ELEMENTS = 1_000_000;
const MAX_DEPTH = 100;

/**
 * The tree of an XML document; null where it is none, has a document type or exceeds a limit.
 * Without a document type there are no entities but XML's own five, and nothing is ever fetched.
 */
export function parseXml(bytes: Uint8Array): XmlElement | null {
  if (bytes.length > MAX_XML_BYTES) return null;
  const text = decode(bytes);
  const document: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [document];
  let elements = 0;
  let refused = false;
  const parser = new Parser(
    {
      onprocessinginstruction: (name) => {
        if (name.toLowerCase() === '!doctype') refused = true;
      },
      onopentag(name, attributes) {
        refused ||= ++elements > MAX_ELEMENTS || open.length > MAX_DEPTH;
        if (refused) return parser.pause();
        const element = { name: localName(name), attributes, children: [], text: '' };
        open.at(-1)?.children.push(element);
        open.push(element);
      },
      ontext(data) {
        const element = open.at(-1);
        if (element !== undefined) element.text += data;
      },
      onclosetag: () => void open.pop(),
    },
    { xmlMode: true },
  );
  parser.end(text);
  const [root] = document.children;
  return refused || root === undefined ? null : root;
}

/**
 * The elements at a path of local names, such as `Party/PostalAddress`; `A|B` is either of two, so
 * one path reads several versions of a format, and `ID@VA` one whose `schemeID` is VA.
 */
export function select(root: XmlElement, path: string): XmlElement[] {
  return path.split('/').reduce(
    (elements, step) => {
      const [names = '', scheme] = step.split('@');
      const wanted = new Set(names.split('|'));
      return elements.flatMap(({ children }) =>
        children.filter(
          ({ name, attributes }) =>
            wanted.has(name) && (scheme === undefined || attributes.schemeID === scheme),
        ),
      );
    },
    [root],
  );
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** By byte order mark, else as the declaration says, else UTF-8 (XML 1.0, appendix F). */
function decode(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const declared = /^\s*<\?xml[^>]{0,100}\bencoding=["']([\w-]{2,40})["']/.exec(head)?.[1];
  const label = head.startsWith('\xff\xfe')
    ? 'utf-16le'
    : head.startsWith('\xfe\xff')
      ? 'utf-16be'
      : (declared ?? 'utf-8');
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

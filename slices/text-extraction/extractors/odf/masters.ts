import { Flow } from '../flow.ts';
import { readXml } from '../package.ts';

/** What a master page shows on every page made from it. */
interface Master {
  name: string;
  header: string;
  /** On slides: all that is no placeholder. */
  footer: string;
}

const FIELDS = new Set(
  'page-number page-count sheet-name date time date-time title file-name'.split(' '),
);
const HEADERS = new Set(['header', 'header-left', 'header-first']);
const FOOTERS = new Set(['footer', 'footer-left', 'footer-first', 'frame', 'custom-shape']);

/** More than `Page … of …`. */
const SEVERAL_WORDS = /\p{L}{3,}.*\s\p{L}{3,}/u;

/** The master pages of `styles.xml`; lines that hold little more than a page number are left out. */
export function readMasters(xml: string): Master[] {
  const masters: Master[] = [];
  let master: Master | undefined;
  let flow: Flow | undefined;
  let fields = 0;
  let inField = 0;
  let words = '';
  readXml(xml, {
    open(name, { name: given = '', placeholder, display }) {
      if (name === 'master-page') masters.push((master = { name: given, header: '', footer: '' }));
      if (master === undefined) return;
      if (FIELDS.has(name)) inField += 1;
      if (name === 'p' && flow) {
        fields = 0;
        words = '';
      } else if (inField > 0) fields += 1;
      else if (flow === undefined && (HEADERS.has(name) || FOOTERS.has(name)))
        if (placeholder !== 'true' && display !== 'false') flow = new Flow();
    },
    close(name) {
      if (FIELDS.has(name) && master) inField -= 1;
      if (name === 'p' && flow) flow.block(fields > 0 && !SEVERAL_WORDS.test(words) ? '' : words);
      if (name === 'master-page') master = undefined;
      if (flow === undefined || master === undefined) return;
      if (HEADERS.has(name)) master.header += `${flow.end().trim()}\n`;
      else if (FOOTERS.has(name)) master.footer += `${flow.end().trim()}\n`;
      else return;
      flow = undefined;
    },
    text(data) {
      if (flow && inField === 0) words += data.replaceAll(/\s+/g, ' ');
    },
  });
  return masters.map(({ name, header, footer }) => ({
    name,
    header: header.trim(),
    footer: footer.trim(),
  }));
}

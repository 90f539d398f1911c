const LONGEST_NAME = 255;

/** Control characters, and those that turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/**
 * What browsers put in place of a quotation mark
 * (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data);
 * line breaks, which they replace as well, go anyway.
 */
const REPLACED = /%(22|0A|0D)/g;

/**
 * The name without folders and without what nobody can see, whatever system it comes from; at most
 * 255 UTF-16 units, of which the extension is kept.
 */
export function baseName(name: string | undefined): string {
  const last = (name ?? '').split(/[\\/]/).at(-1) ?? '';
  const decoded = last.replaceAll(REPLACED, (_, code) => (code === '22' ? '"' : ''));
  const clean = decoded.toWellFormed().replaceAll(UNSEEN, '').trim();
  if (clean === '' || clean === '.' || clean === '..') return 'unnamed';
  return clean.length <= LONGEST_NAME ? clean : shortened(clean);
}

/** Cut between two characters: half of one cannot be stored. */
function shortened(name: string): string {
  const extension = /\.[^.]{1,10}$/u.exec(name)?.[0] ?? '';
  const start = name.slice(0, LONGEST_NAME - 1 - extension.length);
  return `${start.replace(/[\ud800-\udbff]$/, '')}…${extension}`;
}

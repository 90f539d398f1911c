// Which kind of text a text is. Its content decides; name and claim only break ties.

type MarkupKind = 'html' | 'xml' | 'svg' | 'invoice-xml';
type TextKind = 'text' | 'markdown' | 'csv' | 'email' | 'pgp' | MarkupKind;

/** What a name or a claim says, where it says anything about text. */
export type ClaimedText = 'text' | 'markdown' | 'csv' | 'html' | 'email' | null;

const HEADER = /^[A-Za-z][A-Za-z0-9-]*:/;
const MAIL_HEADERS =
  /^(from|to|cc|subject|date|sender|reply-to|received|return-path|delivered-to|message-id|mime-version|content-type|dkim-signature|list-unsubscribe|x-[\w-]+):/i;
const SURE_MAIL =
  /^(from|received|return-path|delivered-to|message-id|mime-version|dkim-signature):/i;
// The tags that the WHATWG's MIME Sniffing Standard, 7.1, goes by, and some that mails begin with.
const HTML_START =
  /^<(!doctype\s+html|html|head|body|script|iframe|h[1-6]|div|font|table|a|style|title|b|i|u|body|br|p|span|center|ul|ol|meta|link|base|frameset|img|pre|form|section|article|header|main)[\s/>]/i;
const HTML_DOCUMENT = /<(!doctype\s+html|html|body)[\s>]/i;
const HTML_TAGS = /<(p|div|br|table|td|span|a|h[1-6]|ul|li|html|body)(\s[^<>]*)?\/?>/gi;
/**
 * Invoices, credit notes and orders: UN/CEFACT's as Factur-X, ZUGFeRD, XRechnung and Order-X use them,
 * and OASIS UBL 2's.
 */
const INVOICE_NAMESPACE =
  /["']urn:(?:un:unece:uncefact:data:standard:(?:CrossIndustryInvoice|SCRDMCCBDACIOMessageStructure):\d+|ferd:CrossIndustryDocument:invoice:\w+|oasis:names:specification:ubl:schema:xsd:(?:Invoice|CreditNote|Order|OrderResponse)-2)["']/;
const DELIMITERS = [',', ';', '\t', '|', ':'];

/** `head` is the beginning of the text, decoded. */
export function textKind(head: string, claimed: ClaimedText): TextKind {
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (/^-----BEGIN PGP (MESSAGE|PUBLIC KEY)/.test(text)) return 'pgp';
  if (isEmail(text)) return 'email';
  const markup = markupKind(text, claimed);
  if (markup !== null) return markup;
  if (claimed === 'markdown' || claimed === 'csv') return claimed;
  if (claimed === 'html' && (text.match(HTML_TAGS)?.length ?? 0) >= 2) return 'html';
  if (isMarkdown(text)) return 'markdown';
  return isTable(text) ? 'csv' : 'text';
}

/** A block of headers, two of them those of a mail and one that only mails have. */
function isEmail(text: string): boolean {
  const [first = '', ...rest] = text.split(/\r?\n/, 400);
  // An mbox file puts a line of its own before the message.
  const lines = first.startsWith('From ') ? rest : [first, ...rest];
  const end = lines.findIndex((line) => !HEADER.test(line) && !/^[ \t]+\S/.test(line));
  // Where the beginning of the text ends inside the headers, its last line may be cut off.
  if (end !== -1 && lines[end]?.trim() !== '' && end < lines.length - 1) return false;
  const headers = (end === -1 ? lines : lines.slice(0, end)).filter((line) => HEADER.test(line));
  const known = headers.filter((line) => MAIL_HEADERS.test(line));
  return known.length >= 2 && headers.some((line) => SURE_MAIL.test(line));
}

function markupKind(text: string, claimed: ClaimedText): MarkupKind | null {
  if (!text.startsWith('<')) return null;
  const start = skipProlog(text);
  if (/^<(\w+:)?svg[\s>]|^<!doctype\s+svg/i.test(start)) return 'svg';
  if (/^<!doctype\s+html|^<html[\s>]/i.test(start)) return 'html';
  if (INVOICE_NAMESPACE.test(rootTag(start))) return 'invoice-xml';
  if (/^<\?xml|^<!doctype\s/i.test(text) || /^<[\w-]+(:[\w-]+)?\s+xmlns[:=]/.test(start))
    return 'xml';
  // Markdown may begin with a piece of HTML; its name says so.
  if (claimed === 'markdown' && !HTML_DOCUMENT.test(text)) return null;
  return HTML_START.test(start) ? 'html' : null;
}

/** The tag that the document begins with, with its attributes; empty before a document type. */
function rootTag(start: string): string {
  return /^<[\w:][^<>]*>/.exec(start)?.[0] ?? '';
}

/** What follows comments and processing instructions. */
function skipProlog(text: string): string {
  let rest = text;
  for (;;) {
    const end = rest.startsWith('<!--') ? '-->' : rest.startsWith('<?') ? '>' : null;
    if (end === null) return rest;
    const at = rest.indexOf(end);
    if (at === -1) return '';
    rest = rest.slice(at + end.length).trimStart();
  }
}

/** Headings, and one of the things that only Markdown has. */
function isMarkdown(text: string): boolean {
  const headings = text.match(/^#{1,6} \S/gm)?.length ?? 0;
  const others = [
    /^```/m,
    /\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)/,
    /^\|?[ \t]*:?-{2,}:?[ \t]*\|/m,
    /\*\*\S/,
  ];
  return headings > 0 && others.some((pattern) => pattern.test(text));
}

/** At least three lines, all with the same number of the same delimiter outside of quotes. */
function isTable(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  // The last line of the beginning may be cut off.
  const whole = (lines.length > 3 ? lines.slice(0, -1) : lines).slice(0, 200);
  if (whole.length < 3) return false;
  const bare = whole.map((line) => line.replace(/"[^"]*"/g, ''));
  return DELIMITERS.some((delimiter) => {
    const counts = bare.map((line) => line.split(delimiter).length - 1);
    const usual = counts[0] ?? 0;
    // One colon or comma in each line is found in lists and letters too.
    const least = delimiter === '\t' || delimiter === ';' ? 1 : 2;
    const same = counts.filter((count) => count === usual).length;
    return usual >= least && same >= counts.length * 0.9;
  });
}

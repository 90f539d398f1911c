import { createHash } from 'node:crypto';
import type { Random } from './random.ts';

/** A file as it is handed over. */
export interface SmallFile {
  name: string;
  content: Buffer;
}

const words = [
  'invoice',
  'delivery',
  'amount',
  'contract',
  'meeting',
  'harbour',
  'winter',
  'signature',
  'Rechnung',
  'Vertrag',
  'Lieferung',
  'Betrag',
  'Straße',
  'grün',
  'naïve',
  '文書',
] as const;

const makers: readonly [Maker, ...Maker[]] = [
  { extension: 'txt', make: (text) => text },
  { extension: 'md', make: (text) => `# ${text.slice(0, 20)}\n\n${text}\n` },
  {
    extension: 'csv',
    make: (text) =>
      `word,length\n${text
        .split(' ')
        .map((word) => `${word},${word.length}`)
        .join('\n')}\n`,
  },
  { extension: 'html', make: (text) => `<!doctype html><title>Letter</title><p>${text}</p>` },
  { extension: 'eml', make: mail },
  { extension: 'pdf', make: pdf },
];

interface Maker {
  extension: string;
  make(text: string): string;
}

/** A small document of some kind; no two have the same name or content. */
export function smallFile(number: number, random: Random): SmallFile {
  const { extension, make } = random.pick(makers);
  const length = random.whole(20, 400);
  const text = Array.from({ length }, () => random.pick(words)).join(' ');
  return {
    name: `${number}.${extension}`,
    content: Buffer.from(make(`Document ${number}: ${text}`)),
  };
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function mail(text: string): string {
  return [
    'From: Ada <ada@example.org>',
    'To: Bob <bob@example.org>',
    'Subject: Delivery',
    'Date: Tue, 3 Jun 2025 09:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text,
  ].join('\r\n');
}

/** One page of text in the fewest objects. */
function pdf(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e]|[()\\]/g, '-');
  const lines = plain.match(/.{1,80}/g) ?? [];
  const stream = `BT /F1 10 Tf 40 800 Td 12 TL ${lines.map((line) => `(${line}) Tj T*`).join(' ')} ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  return `${body}xref\n0 6\n0000000000 65535 f \n${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusPresent, readCorpus } from '../tests/corpus/manifest.ts';
import { openPdf } from './pdfium.ts';
import type { PdfDocument } from './pdfium.ts';

const bytesOf = (pdf: string): Uint8Array => Buffer.from(pdf, 'latin1');

/** A PDF of one page for each content stream; pdfium rebuilds the missing cross-reference table. */
function pdfOf(contents: string[], page = '/MediaBox [0 0 200 100]'): string {
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${contents.length}/Kids [${contents.map((_, i) => `${4 + i * 2} 0 R`).join(' ')}]>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    ...contents.flatMap((content, index) => [
      `<</Type/Page/Parent 2 0 R ${page}/Contents ${5 + index * 2} 0 R/Resources<</Font<</F 3 0 R>>>>>>`,
      `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
    ]),
    '<</Title (A title)/Author (\xfe\xff\x00J\x00\xfc\x00r)/Subject ()>>',
  ];
  const body = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join('');
  return `%PDF-1.4\n${body}trailer <</Root 1 0 R/Info ${objects.length} 0 R>>\n%%EOF`;
}

const line = (text: string, y = 50): string => `BT /F 12 Tf 10 ${y} Td (${text}) Tj ET`;

async function reading<T>(source: Uint8Array | string, read: (pdf: PdfDocument) => T): Promise<T> {
  const pdf = await openPdf(source);
  try {
    return read(pdf);
  } finally {
    pdf.close();
  }
}

function fileOf(part: 'good' | 'nasty', name: string): string {
  return readCorpus(part).find(({ path }) => path.endsWith(name))?.file ?? name;
}

describe('a PDF', () => {
  test('gives pages, their text and the metadata that is there', async () => {
    const pdf = bytesOf(pdfOf([line('First'), `${line('Two')} ${line('lines', 20)}`]));
    await reading(pdf, (open) => {
      expect(open.pageCount).toBe(2);
      expect(open.pageText(0)).toBe('First');
      expect(open.pageText(1)).toBe('Two\nlines');
      expect(open.metadata()).toEqual({ title: 'A title', author: 'Jür' });
      expect(open.attachments()).toEqual([]);
      expect(open.dynamicForm).toBe(false);
    });
  });

  test('is read from a file piece by piece', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pdfium-test-'));
    const file = join(folder, 'a.pdf');
    writeFileSync(file, bytesOf(pdfOf([line('On disk')])));
    expect(await reading(file, (pdf) => pdf.pageText(0))).toBe('On disk');
    rmSync(folder, { recursive: true });
    await expect(openPdf(file)).rejects.toThrow('ENOENT');
  });

  test('is drawn on white, turned as the page says', async () => {
    const box = pdfOf(['0 0 0 rg 0 0 100 100 re f'], '/MediaBox [0 0 200 100]/Rotate 90');
    await reading(bytesOf(box), (pdf) => {
      expect(pdf.pageSize(0)).toEqual({ width: 100, height: 200 });
      const { width, height, rgba } = pdf.renderPage(0, { dpi: 72 });
      expect([width, height, rgba.length]).toEqual([100, 200, 80_000]);
      const pixel = (x: number, y: number): Uint8Array =>
        rgba.subarray((y * 100 + x) * 4, (y * 100 + x) * 4 + 4);
      expect(pixel(50, 50)).toEqual(Uint8Array.of(0, 0, 0, 255));
      expect(pixel(50, 150)).toEqual(Uint8Array.of(255, 255, 255, 255));
    });
  });

  test.each([
    ['an enormous page', '/MediaBox [0 0 200000 200000]'],
    ['a long, thin page', '/MediaBox [0 0 1 14400000]'],
    ['a flat page', '/MediaBox [0 0 14400000 1]'],
  ])('%s is drawn within the limit', async (_, page) => {
    await reading(bytesOf(pdfOf([line('x')], page)), (pdf) => {
      const { width, height, rgba } = pdf.renderPage(0, { dpi: 300, maxPixels: 10_000 });
      expect(width * height).toBeLessThanOrEqual(10_000);
      expect(width * height).toBeGreaterThan(0);
      expect(rgba.length).toBe(width * height * 4);
    });
  });

  test('refuses pages that it does not have, and everything once it is closed', async () => {
    const pdf = await openPdf(bytesOf(pdfOf([line('x')])));
    expect(() => pdf.pageText(1)).toThrow('counted from 0');
    expect(() => pdf.pageText(0.5)).toThrow(RangeError);
    pdf.close();
    pdf.close();
    expect(() => pdf.pageText(0)).toThrow('closed');
  });

  test.each([
    ['nothing', ''],
    ['something else', 'This is no PDF.'],
    ['no pages', pdfOf([])],
    [
      'a page tree that refers to itself',
      pdfOf([line('x')]).replace('/Kids [4 0 R]', '/Kids [2 0 R]'),
    ],
  ])('with %s is corrupt', async (_, pdf) => {
    await expect(openPdf(bytesOf(pdf))).rejects.toMatchObject({
      code: 'corrupt',
      kind: 'permanent',
    });
  });

  test('leaves no memory behind', async () => {
    const pdf = bytesOf(pdfOf([line('x'.repeat(1000))]).padEnd(4_000_000, ' '));
    // Other tests of this process have left theirs.
    const before = process.memoryUsage.rss();
    for (let count = 0; count < 150; count += 1) {
      await reading(pdf, (open) => [open.pageText(0), open.renderPage(0), open.metadata()]);
    }
    // 150 times 4 MB would not fit beside the limit of 256 MB at which an instance is given up.
    expect(process.memoryUsage.rss() - before).toBeLessThan(450 * 1024 * 1024);
  });
});

describe.runIf(corpusPresent)('PDFs of the corpus (skipped where it is absent)', () => {
  test('show the values of forms and the words of comments', async () => {
    const form = await reading(fileOf('good', 'testPDF_acroform3.pdf'), (pdf) => pdf.pageText(0));
    expect(form).toContain('TIKA-1226');
    expect(form).toContain('comboItemB');
    const note = await reading(fileOf('good', 'testAnnotations.pdf'), (pdf) => pdf.pageText(0));
    expect(note).toContain('comment');
  });

  test('put words together that were hyphenated, but not addresses', async () => {
    const file = fileOf('good', 'testPDF_childAttachments.pdf');
    const text = await reading(file, (pdf) => pdf.pageText(1) + pdf.pageText(2));
    expect(text).toContain('Services and Payments, in section 15');
    expect(text).toContain('www.irs.gov/e-pay');
    expect(text).not.toMatch(/[\uFFFE\r]/);
  });

  test('give their attachments', async () => {
    const file = fileOf('good', 'testPDF_multiFormatEmbFiles.pdf');
    const attachments = await reading(file, (pdf) => pdf.attachments());
    expect(attachments.map(({ name, bytes }) => [name, bytes.length])).toEqual([['Test.txt', 55]]);
  });

  test('ask for their password, unless only their owner has one', async () => {
    const locked = openPdf(readFileSync(fileOf('nasty', 'testPassword4Spaces.pdf')));
    await expect(locked).rejects.toMatchObject({ code: 'encrypted', kind: 'permanent' });
    const owned = fileOf('nasty', 'no_extract_no_accessibility_owner_empty.pdf');
    expect(await reading(owned, (pdf) => pdf.pageText(0))).toContain('Hello World');
  });

  test('say that they are dynamic forms', async () => {
    const file = fileOf('nasty', 'xfa_issue14315.pdf');
    expect(await reading(file, (pdf) => pdf.dynamicForm)).toBe(true);
  });
});

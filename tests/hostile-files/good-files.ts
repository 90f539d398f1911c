import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { zipOf } from '../../slices/inspection/zip.fixture.ts';

/** A small good file; `words` are part of its text. */
export interface GoodFile {
  name: string;
  words: string;
  bytes: Buffer;
}

const root = new URL('../../', import.meta.url);
const samples = new URL('slices/receive-document/samples/', root);
const sample = (name: string): Promise<Buffer> => readFile(new URL(name, samples));

const OOXML = 'application/vnd.openxmlformats-officedocument.';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relations = (targets: string[]): string =>
  `<Relationships>${targets
    .map((each, at) => {
      const [type, target] = each.split('=');
      return `<Relationship Id="r${at}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
    })
    .join('')}</Relationships>`;
const types = (main: string) => ({
  name: '[Content_Types].xml',
  content: `<Types><Override ContentType="${OOXML}${main}.main+xml"/></Types>`,
});

const xlsx = (): Buffer =>
  zipOf([
    types('spreadsheetml.sheet'),
    { name: '_rels/.rels', content: relations(['officeDocument=xl/workbook.xml']) },
    { name: 'xl/_rels/workbook.xml.rels', content: relations(['worksheet=worksheets/s.xml']) },
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns:r="${RELATIONS}"><sheets><sheet name="Prices" sheetId="1" r:id="r0"/></sheets></workbook>`,
    },
    {
      name: 'xl/worksheets/s.xml',
      content:
        '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Good words</t></is></c><c r="B1"><v>12.5</v></c></row></sheetData></worksheet>',
    },
  ]);

const pptx = (): Buffer =>
  zipOf([
    types('presentationml.presentation'),
    { name: '_rels/.rels', content: relations(['officeDocument=ppt/presentation.xml']) },
    { name: 'ppt/_rels/presentation.xml.rels', content: relations(['slide=slides/slide1.xml']) },
    {
      name: 'ppt/presentation.xml',
      content: `<p:presentation xmlns:p="p" xmlns:r="${RELATIONS}"><p:sldIdLst><p:sldId id="256" r:id="r0"/></p:sldIdLst></p:presentation>`,
    },
    {
      name: 'ppt/slides/slide1.xml',
      content:
        '<p:sld xmlns:p="p" xmlns:a="a"><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>Good words</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>',
    },
  ]);

const odf = (kind: string, body: string): Buffer =>
  zipOf([
    { name: 'mimetype', content: `application/vnd.oasis.opendocument.${kind}` },
    {
      name: 'content.xml',
      content: `<office:document-content><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
    },
  ]);
const P = '<text:p>Good words</text:p>';

const INVOICE = `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:c="c"><c:ID>R-77</c:ID>
<c:Note>Good words</c:Note><c:LegalMonetaryTotal><c:PayableAmount currencyID="EUR">1</c:PayableAmount></c:LegalMonetaryTotal></Invoice>`;

/** A small good file of every format that is read; the pictures are blank, which is quickest for OCR. */
export async function goodFiles(): Promise<GoodFile[]> {
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#fff' } });
  const pictures = (['png', 'jpeg', 'tiff', 'webp', 'gif', 'avif'] as const).map(
    async (format): Promise<GoodFile> => ({
      name: `a.${format}`,
      words: '',
      bytes: await picture.clone().toFormat(format).toBuffer(),
    }),
  );
  const text = (name: string, content: string): GoodFile => ({
    name,
    words: 'Good words',
    bytes: Buffer.from(content),
  });
  const file = (name: string, bytes: Buffer, words = 'Good words'): GoodFile => ({
    name,
    words,
    bytes,
  });
  return [
    file('a.pdf', await sample('invoice-HP-2026-0417.pdf'), 'HP-2026-0417'),
    file('a.docx', await sample('Wartungsvertrag.docx'), 'Wartungsvertrag'),
    file('a.xlsx', xlsx()),
    file('a.pptx', pptx()),
    file('a.odt', odf('text', P)),
    file(
      'a.ods',
      odf(
        'spreadsheet',
        `<table:table><table:table-row><table:table-cell>${P}</table:table-cell></table:table-row></table:table>`,
      ),
    ),
    file(
      'a.odp',
      odf(
        'presentation',
        `<draw:page><draw:frame><draw:text-box>${P}</draw:text-box></draw:frame></draw:page>`,
      ),
    ),
    file('a.eml', await sample('delivery-date.eml'), 'Subject'),
    file('a.csv', await sample('price-list-2026.csv'), '2026'),
    text(
      'a.rtf',
      '{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 Good words\\par\\trowd\\cellx99 a\\cell\\row}',
    ),
    text(
      'a.html',
      '<!doctype html><html><body><table><tr><td>Good words</td></tr></table></body></html>',
    ),
    text('a.md', '# Good words\n\nSee [this](https://example.org).\n'),
    text('a.txt', 'Good words of 5 March 2024, EUR 1,234.50, in every line.\n'),
    text('a.xml', INVOICE),
    file('a.heic', await readFile(new URL('shared/image-file.fixture.heic', root)), 'Invoice'),
    ...(await Promise.all(pictures)),
  ];
}

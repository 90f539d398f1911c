import { assert, asyncProperty, constantFrom, uint8Array } from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StepFailure } from '../../shared/step-failure.ts';
import { encode } from './encode.fixture.ts';
import { inspect } from './inspect.ts';
import type { Inspection } from './inspect.ts';
import { zipOf } from './zip.fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const LIMITS = { maxPages: 3, maxPixels: 1_000_000 };

async function inspected(
  content: string | Uint8Array,
  fileName = 'file',
  claimedMediaType = 'application/octet-stream',
): Promise<Inspection> {
  const file = join(folder, 'content');
  writeFileSync(file, content);
  return inspect({ file, fileName, claimedMediaType, limits: LIMITS });
}

const codeOf = async (content: string | Uint8Array, fileName?: string): Promise<string> => {
  const error = await inspected(content, fileName).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StepFailure);
  expect(error).toMatchObject({ kind: 'permanent', message: expect.stringMatching(/\. ?.*\.$/) });
  return (error as StepFailure).code;
};

const MAIL =
  'Received: from a\r\nFrom: a@example.com\r\nSubject: Hi\r\n\tthere\r\n\r\nBody, with <b>\r\n';
const UBL = `<?xml version="1.0"?><!-- made by hand --><x:CreditNote
  xmlns:x="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"><ID>1</ID></x:CreditNote>`;
const CROSS_INDUSTRY = `<rsm:CrossIndustryInvoice xmlns:rsm='urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'/>`;
const HTML = '<!-- note --><!DOCTYPE html><html><body><p>Hi</p></body></html>';

const types = (main: string): { name: string; content: string } => ({
  name: '[Content_Types].xml',
  content: `<Types><Override ContentType="application/${main}+xml"/></Types>`,
});

const WORD = 'vnd.openxmlformats-officedocument.wordprocessingml.document.main';

const SLIDES = 'vnd.openxmlformats-officedocument.presentationml.presentation.main';

const odf = (kind: string): { name: string; content: string } => ({
  name: 'mimetype',
  content: `application/vnd.oasis.opendocument.${kind}`,
});

const slides = (count: number): Buffer =>
  zipOf([
    types(SLIDES),
    ...Array.from({ length: count }, (_, i) => ({ name: `ppt/slides/slide${i}.xml` })),
  ]);

const image = (width: number, height: number): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: 'white',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });

const tiff = async (count: number): Promise<Buffer> => {
  const raw = { width: 8, height: 8 * count, channels: 3, pageHeight: 8 } as const;
  return sharp(Buffer.alloc(8 * 8 * 3 * count), { raw })
    .tiff()
    .toBuffer();
};

const pdf = (pages: number): string => {
  const kids = Array.from({ length: pages }, (_, index) => index + 3);
  const page = '<</Type/Page/Parent 2 0 R/MediaBox [0 0 99 99]>>';
  return [
    '%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj',
    `2 0 obj\n<</Type/Pages/Count ${pages}/Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}]>>\nendobj`,
    ...kids.map((kid) => `${kid} 0 obj\n${page}\nendobj`),
    'trailer <</Root 1 0 R>>\n%%EOF',
  ].join('\n');
};

describe('text', () => {
  test.each<[string, string, string, string]>([
    ['text', 'notes.txt', 'Dear Sir or Madam,\nthank you, and goodbye.\n', 'text/plain'],
    ['text', 'letter', 'BMW AG\nInvoice\n', 'text/plain'],
    ['text', 'data.json', '{"a": 1}', 'text/plain'],
    ['text', 'blank.txt', ' \n', 'text/plain'],
    ['markdown', 'readme.md', 'Just words.', 'text/markdown'],
    ['markdown', 'readme.md', '<h1 align="center">Title</h1>\n\nWords\n', 'text/markdown'],
    ['markdown', 'file', '# Title\n\nSee [this](https://example.com).\n', 'text/markdown'],
    ['text', 'setup.cfg', '# a comment\nkey = value\n', 'text/plain'],
    ['csv', 'a.csv', 'only one column\n', 'text/csv'],
    ['csv', 'file', 'a;b\n1;2\n3;4\n', 'text/csv'],
    ['csv', 'file', 'a,b,c\n1,"x, y",3\n4,5,6\n', 'text/csv'],
    ['text', 'file', 'One, two\nthree, four\nfive, six\n', 'text/plain'],
    ['html', 'file', HTML, 'text/html'],
    ['html', 'report.md', HTML, 'text/html'],
    ['html', 'page.html', 'Hi <b>you</b><br><br>', 'text/html'],
    ['text', 'file', 'Hi <b>you</b><br><br>', 'text/plain'],
    ['email', 'file', MAIL, 'message/rfc822'],
    ['email', 'mail.txt', `From me@example.com Mon Jan 1\n${MAIL}`, 'message/rfc822'],
    ['text', 'file', 'Subject: coffee\n\nThere is none.', 'text/plain'],
    ['text', 'file', 'From: here\nto there\n', 'text/plain'],
    ['invoice-xml', 'a.xml', UBL, 'application/xml'],
    ['invoice-xml', 'a.txt', CROSS_INDUSTRY, 'application/xml'],
  ])('%s: %s %j', async (format, fileName, content, mediaType) => {
    const found = await inspected(content, fileName);
    expect(found).toMatchObject({ format, mediaType, pages: null, warnings: [] });
    const statesItself = format === 'email' || format === 'invoice-xml';
    expect(found.encoding).toBe(statesItself ? null : 'utf-8');
  });

  test('breaks a tie by the claimed media type where the name says nothing', async () => {
    const found = await inspected('words', 'upload', 'text/csv; charset=utf-8');
    expect(found.format).toBe('csv');
  });

  test.each<[string, Uint8Array]>([
    ['utf-8', Buffer.from('\uFEFFGrüße')],
    ['utf-16le', Buffer.from('\uFEFFGrüße an alle', 'utf16le')],
    ['utf-16le', Buffer.from('Grüße an alle', 'utf16le')],
    ['utf-16be', Buffer.from('Grüße an alle', 'utf16le').swap16()],
    ['utf-16le', Buffer.from('日本語の文書です。\n二行目です。\n', 'utf16le')],
    ['windows-1252', Buffer.from('Schöne Grüße aus München, es ist schön hier', 'latin1')],
  ])('%s is found', async (encoding, bytes) => {
    expect((await inspected(bytes)).encoding).toBe(encoding);
  });

  const LETTERS = {
    'windows-1250':
      'Szanowni Państwo, uprzejmie informujemy, że faktura została wystawiona. Prosimy o zapłatę w ciągu czternastu dni, źródło i święto.',
    'iso-8859-2':
      'Vážený pane, děkujeme za Vaši objednávku. Faktura je splatná do čtrnácti dnů, příliš žluťoučký kůň.',
    'windows-1251':
      'Уважаемые господа, направляем вам счёт за поставленный товар. Просим оплатить сумму в течение десяти дней.',
    'koi8-u':
      'Шановні колеги, надсилаємо вам рахунок за отриманий товар. Просимо сплатити протягом десяти днів.',
    ibm866:
      'Уважаемые господа, направляем вам счёт за поставленный товар. Просим оплатить сумму в течение десяти дней.',
    'windows-1253':
      'Αγαπητοί κύριοι, σας αποστέλλουμε το τιμολόγιο για τα εμπορεύματα που παραδόθηκαν από εμάς.',
    'windows-1254':
      'Sayın yetkili, siparişiniz için teşekkür ederiz. Faturanızı ekte bulabilirsiniz, iyi çalışmalar dileriz.',
    'windows-1255': 'לכבוד הלקוח הנכבד, מצורפת בזאת החשבונית עבור הסחורה שסופקה. נא לשלם את הסכום.',
    'windows-1256':
      'السادة المحترمون، نرسل إليكم الفاتورة الخاصة بالبضائع المسلمة. يرجى دفع المبلغ.',
    'windows-874': 'เรียน ท่านลูกค้าผู้มีเกียรติ ทางบริษัทได้ส่งใบแจ้งหนี้สำหรับสินค้ามาให้ท่าน',
    macintosh:
      'Sehr geehrte Damen und Herren, für die größeren Änderungen übersenden wir Ihnen die Rechnung.',
    shift_jis:
      '拝啓、ご注文いただいた商品の請求書をお送りいたします。お支払いは月末までにお願いします。',
    'euc-jp':
      '拝啓、ご注文いただいた商品の請求書をお送りいたします。お支払いは月末までにお願いします。',
    gb18030: '尊敬的客户，您好！现将本月的发票寄给您，请在十天之内付款。谢谢您的合作。',
    big5: '尊敬的客戶，您好！現將本月的發票寄給您，請在十天之內付款。謝謝您的合作。',
    'euc-kr':
      '안녕하세요. 주문하신 상품의 청구서를 보내드립니다. 십 일 이내에 지불해 주시기 바랍니다.',
  };

  test.each(Object.entries(LETTERS))('%s is read as it was written', async (encoding, letter) => {
    const bytes = encode(letter, encoding);
    const found = (await inspected(bytes)).encoding ?? '';
    expect(new TextDecoder(found).decode(bytes)).toBe(letter);
  });

  test('ISO-2022-JP by its escapes, UTF-16 without a single zero by its language', async () => {
    const escaped = Buffer.from('Re: \u001B$BF|K\\8l\u001B(B desu', 'latin1');
    expect((await inspected(escaped)).encoding).toBe('iso-2022-jp');
    const japanese = Buffer.from(LETTERS.shift_jis, 'utf16le');
    expect((await inspected(japanese)).encoding).toBe('utf-16le');
  });

  test('in UTF-8 far into the file is strictly checked', async () => {
    const late = Buffer.concat([Buffer.alloc(3_000_000, 'a'), Buffer.from('schön', 'latin1')]);
    expect((await inspected(late)).encoding).not.toBe('utf-8');
    const cut = Buffer.concat([Buffer.alloc(2 ** 20 - 1, 'a'), Buffer.from('äöü')]);
    expect((await inspected(cut)).encoding).toBe('utf-8');
  });

  test('of a page states its own encoding', async () => {
    const page = Buffer.from('<html><meta charset="ISO-8859-2"><p>\xb3\xf3d\xbc', 'latin1');
    expect((await inspected(page)).encoding).toBe('iso-8859-2');
  });
});

describe('refused', () => {
  const noise = Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 7919) % 256));
  test.each<[string, string, string | Uint8Array]>([
    ['empty-file', 'a.pdf', ''],
    ['corrupt', 'a.pdf', 'HTTP 502: the server that makes the PDF is away'],
    ['corrupt', 'a.pdf', '%PDF-1.7 and no more'],
    ['corrupt', 'a.docx', zipOf([{ name: 'word/document.xml' }]).subarray(0, -30)],
    ['encrypted', 'a', '-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n'],
    ['unsupported-format', 'a.pdf', noise],
    ['unsupported-format', 'a.txt', Buffer.from('text \0\x01\x02\x03 and controls')],
    ['unsupported-format', 'a.xml', '<?xml version="1.0"?><Invoice/>'],
    ['unsupported-format', 'a.xml', `<!DOCTYPE x [<!ENTITY y "z">]>${CROSS_INDUSTRY}`],
    ['unsupported-format', 'a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['unsupported-format', 'a.ps', '%!PS-Adobe-3.0\nshowpage\n'],
    ['unsupported-format', 'a.zip', zipOf([{ name: 'a.pdf' }])],
    ['unsupported-format', 'a.zip', zipOf([])],
    ['unsupported-format', 'a.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])],
    ['unsupported-format', 'a.mp3', Buffer.from('ID3\x04\0\0\0\0\0\x0a')],
    ['corrupt', 'a.bmp', Buffer.from('BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['unsupported-format', 'a.txt', Buffer.alloc(400, Buffer.from([0xc8, 0x85, 0x93, 0x40, 0x25]))],
  ])('as %s: %s %#', async (code, fileName, content) => {
    expect(await codeOf(content, fileName)).toBe(code);
  });

  test('are never anything but a statement about the document, whatever the bytes', async () => {
    const signature = constantFrom(
      '',
      '%PDF-1.4\n1 0 obj',
      'PK\x03\x04',
      'PK\x05\x06',
      '{\\rtf',
      'II*\0',
      '<?xml',
    );
    await assert(
      asyncProperty(signature, uint8Array({ maxLength: 400 }), async (start, rest) => {
        const content = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
        const outcome = await inspected(content).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(StepFailure);
      }),
      { numRuns: 150 },
    );
  });
});

describe('an Office file', () => {
  test.each<[string, Buffer]>([
    ['docx', zipOf([types(WORD)])],
    ['docx', zipOf([types('vnd.ms-word.document.macroEnabled.main')])],
    ['docx', zipOf([{ name: 'word/document.xml' }])],
    ['xlsx', zipOf([types('vnd.openxmlformats-officedocument.spreadsheetml.sheet.main')])],
    ['pptx', zipOf([types(SLIDES)])],
    ['odt', zipOf([odf('text')])],
    ['odt', zipOf([odf('text-template')])],
    ['ods', zipOf([odf('spreadsheet')])],
    ['odp', zipOf([odf('presentation')])],
  ])('is a %s by what is in it', async (format, content) => {
    expect(await inspected(content)).toMatchObject({ format, encoding: null });
  });

  test('under another name is read as what it is, with a warning', async () => {
    const found = await inspected(zipOf([types(WORD)]), 'scan.PDF', 'application/pdf');
    expect(found).toMatchObject({ format: 'docx', warnings: [expect.stringContaining('.PDF')] });
  });

  test('with macros says so', async () => {
    const found = await inspected(zipOf([types(WORD), { name: 'word/vbaProject.bin' }]));
    expect(found.warnings).toEqual([expect.stringContaining('macros')]);
  });

  test('has as many pages as slides, up to a limit', async () => {
    expect((await inspected(slides(3))).pages).toBe(3);
    expect(await codeOf(slides(4))).toBe('too-many-pages');
  });

  test.each<[string, Buffer]>([
    ['an encrypted entry', zipOf([types(WORD), { name: 'word/document.xml', encrypted: true }])],
    [
      'an encrypted OpenDocument',
      zipOf([
        odf('text'),
        { name: 'META-INF/manifest.xml', content: '<manifest:encryption-data/>' },
      ]),
    ],
  ])('with %s is refused', async (_, content) => {
    expect(await codeOf(content)).toBe('encrypted');
  });

  test.each<[string, Buffer]>([
    ['more than a gigabyte', zipOf([types(WORD), { name: 'a', bytes: 2 ** 31 }])],
    [
      'a thousand times as much',
      zipOf([types(WORD), { name: 'a', content: Buffer.alloc(2 ** 25) }]),
    ],
    [
      'very many entries',
      zipOf([types(WORD), ...Array.from({ length: 20_001 }, () => ({ name: 'a' }))]),
    ],
  ])('that unpacks to %s is a bomb', async (_, content) => {
    expect(await codeOf(content)).toBe('bomb');
  });

  test('whose table of contents is cut short is damaged', async () => {
    const whole = zipOf([types(WORD)]);
    const short = Buffer.concat([whole.subarray(0, 40), whole.subarray(41)]);
    expect(await codeOf(short)).toBe('corrupt');
  });
});

describe('an image', () => {
  test.each<[string, Promise<Buffer>]>([
    ['image/png', image(20, 10).png().toBuffer()],
    ['image/jpeg', image(20, 10).jpeg().toBuffer()],
    ['image/tiff', image(20, 10).tiff().toBuffer()],
    ['image/webp', image(20, 10).webp().toBuffer()],
    ['image/gif', image(20, 10).gif().toBuffer()],
    ['image/avif', image(20, 10).avif().toBuffer()],
    ['image/heic', readFile(new URL('../../shared/image-file.fixture.heic', import.meta.url))],
  ])('%s has one page', async (mediaType, content) => {
    expect(await inspected(await content)).toMatchObject({ format: 'image', mediaType, pages: 1 });
  });

  test('in TIFF has as many pages as it has, up to a limit', async () => {
    expect((await inspected(await tiff(3))).pages).toBe(3);
    expect(await codeOf(await tiff(4))).toBe('too-many-pages');
  });

  test('with too many pixels is refused before it is decoded', async () => {
    expect(await codeOf(await image(1001, 1000).png().toBuffer())).toBe('image-too-large');
  });

  test.each(['png', 'jpeg', 'webp', 'gif'] as const)(
    'in %s that is cut off is damaged',
    async (format) => {
      const whole = await image(300, 300).toFormat(format).toBuffer();
      expect(await codeOf(whole.subarray(0, whole.length * 0.6))).toBe('corrupt');
    },
  );
});

describe('a PDF', () => {
  test.each([
    ['', 'a.pdf'],
    ['junk from a broken gateway\r\n', 'a.pdf'],
    ['\uFEFF', 'a.pdf'],
  ])('counts its pages, behind %j too', async (junk, fileName) => {
    const found = await inspected(junk + pdf(3), fileName);
    expect(found).toEqual({
      format: 'pdf',
      mediaType: 'application/pdf',
      pages: 3,
      encoding: null,
      warnings: [],
    });
  });

  test('with too many or no pages is refused', async () => {
    expect(await codeOf(pdf(4))).toBe('too-many-pages');
    expect(await codeOf(pdf(0))).toBe('corrupt');
  });

  test('is not what merely talks about PDF', async () => {
    expect((await inspected('The header of a PDF is %PDF-1.7.', 'a.txt')).format).toBe('text');
    const inside = '# PDF\n\n```\n%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n```\n';
    expect((await inspected(inside, 'a.md')).format).toBe('markdown');
  });

  test('of 50,000 pages is refused, not read', async () => {
    expect(await codeOf(pdf(50_000))).toBe('too-many-pages');
  });
});

describe('a file that is several things at once is the one that its beginning says', () => {
  const script = '<html><body><script>alert(1)</script></body></html>';
  const word = zipOf([types(WORD)]);
  const gif = image(20, 10).gif().toBuffer();
  const jpeg = image(20, 10).jpeg().toBuffer();
  const after = async (first: Promise<Buffer> | string, then: string | Buffer): Promise<Buffer> =>
    Buffer.concat([Buffer.from(await first), Buffer.from(then)]);

  test.each<[string, string, string, Promise<Buffer>]>([
    ['a PDF with a ZIP behind it', 'a.zip', 'pdf', after(pdf(1), zipOf([{ name: 'a.exe' }]))],
    ['a PDF with a page of HTML behind it', 'a.html', 'pdf', after(pdf(1), script)],
    [
      'a page of HTML with a PDF in a comment',
      'a.pdf',
      'html',
      after(`${script}<!--`, '%PDF-1.7 1 0 obj-->'),
    ],
    ['a GIF with HTML behind it', 'a.html', 'image', after(gif, script)],
    ['a JPEG with a ZIP behind it', 'a.docx', 'image', after(jpeg, word)],
    ['a Word document with a PDF behind it', 'a.pdf', 'docx', after(Promise.resolve(word), pdf(1))],
    ['RTF with HTML inside', 'a.doc', 'rtf', after(`{\\rtf1 ${script}}`, '')],
  ])('%s, named %s, is %s', async (_, fileName, format, content) => {
    expect((await inspected(await content, fileName)).format).toBe(format);
  });

  test('a script that begins as a GIF does is no image', async () => {
    expect(await codeOf('GIF89a/*\0\x01\x02\0\0*/=1;alert(1);//', 'a.gif')).toBe('corrupt');
  });
});

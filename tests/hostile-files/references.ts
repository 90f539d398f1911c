import { zipOf } from '../../slices/inspection/zip.fixture.ts';

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const OOXML = 'application/vnd.openxmlformats-officedocument.';

/** Links to the world outside, as the parts of Office packages have them. */
const outward = (targets: Record<string, string>): string =>
  `<Relationships>${Object.entries(targets)
    .map(
      ([type, target], at) =>
        `<Relationship Id="r${at}" Type="${RELATIONS}/${type}" Target="${target}" TargetMode="External"/>`,
    )
    .join('')}</Relationships>`;

const types = (main: string) => ({
  name: '[Content_Types].xml',
  content: `<Types><Override ContentType="${OOXML}${main}.main+xml"/></Types>`,
});

const docx = (url: string): Buffer =>
  zipOf([
    types('wordprocessingml.document'),
    {
      name: 'word/document.xml',
      content: `<!DOCTYPE w [<!ENTITY e SYSTEM "${url}entity">]><w:document xmlns:w="w" xmlns:r="${RELATIONS}"><w:body><w:p><w:r><w:t>Good words &e;</w:t></w:r>
        <w:r><w:instrText>INCLUDEPICTURE "${url}field" \\d</w:instrText></w:r><w:r><w:drawing><a:blip xmlns:a="a" r:link="r0"/></w:drawing></w:r></w:p>
        <w:altChunk r:id="r1"/></w:body></w:document>`,
    },
    {
      name: 'word/_rels/document.xml.rels',
      content: outward({ image: `${url}image`, aFChunk: `${url}chunk` }),
    },
    {
      name: 'word/_rels/settings.xml.rels',
      content: outward({ attachedTemplate: `${url}template.dotm` }),
    },
    {
      name: 'word/settings.xml',
      content: '<w:settings xmlns:w="w"><w:attachedTemplate r:id="r0"/></w:settings>',
    },
  ]);

const xlsx = (url: string): Buffer =>
  zipOf([
    types('spreadsheetml.sheet'),
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns:r="${RELATIONS}"><externalReferences><externalReference r:id="r0"/></externalReferences><sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships><Relationship Id="s" Type="${RELATIONS}/worksheet" Target="worksheets/s.xml"/><Relationship Id="r0" Type="${RELATIONS}/externalLink" TargetMode="External" Target="${url}book.xlsx"/></Relationships>`,
    },
    {
      name: 'xl/worksheets/s.xml',
      content: `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Good words</t></is></c><c r="B1"><f>WEBSERVICE("${url}service")</f><v>1</v></c></row></sheetData></worksheet>`,
    },
  ]);

const odt = (url: string): Buffer =>
  zipOf([
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.text' },
    {
      name: 'content.xml',
      content: `<office:document-content><office:body><office:text><text:p>Good words</text:p>
        <text:section xlink:href="${url}section"/><draw:frame><draw:image xlink:href="${url}image" xlink:actuate="onLoad"/></draw:frame>
        <draw:object xlink:href="${url}object"/></office:text></office:body></office:document-content>`,
    },
    {
      name: 'styles.xml',
      content: `<office:document-styles><office:styles><style:background-image xlink:href="${url}background"/></office:styles></office:document-styles>`,
    },
  ]);

const html = (url: string): string =>
  `<!DOCTYPE html PUBLIC "-//W3C//DTD" "${url}dtd"><html><head><base href="${url}"><link rel="stylesheet" href="${url}css"><style>@import "${url}import";</style>
  <script src="${url}script"></script><meta http-equiv="refresh" content="0;url=${url}refresh"></head>
  <body background="${url}background">Good words<img src="${url}img" srcset="${url}srcset 2x"><iframe src="${url}frame"></iframe><object data="${url}object"></object>
  <svg><image href="${url}svg"/></svg><video poster="${url}poster" src="${url}video"></video></body></html>`;

const mail = (url: string): string =>
  `From: a@example.org\r\nTo: b@example.org\r\nSubject: Good words\r\nMIME-Version: 1.0\r\nDisposition-Notification-To: spy@example.org
List-Unsubscribe: <${url}unsubscribe>\r\nContent-Type: text/html\r\n\r\n${html(url)}\r\n--b\r\nContent-Type: message/external-body; access-type=URL; URL="${url}body"\r\n`;

const rtf = (url: string): string =>
  `{\\rtf1\\ansi{\\*\\template ${url}template.dot}Good words{\\field{\\*\\fldinst INCLUDEPICTURE "${url}picture" \\\\d}{\\fldrslt }}{\\field{\\*\\fldinst HYPERLINK "${url}link"}{\\fldrslt link}}}`;

/** Opens a site, a file and a program, loads a picture, fetches a form and runs a script. */
const pdf = (url: string): string =>
  [
    '%PDF-1.7',
    `1 0 obj <</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R/AA<</WC 7 0 R>>/URI<</Base(${url})>>/AcroForm<</Fields[]/XFA(<x href="${url}xfa"/>)>>>> endobj`,
    '2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj',
    '3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 9 0 R>>>>/Annots[8 0 R]/AA<</O 7 0 R>>>> endobj',
    '4 0 obj <</Length 49>>stream\nBT /F 12 Tf 9 50 Td (Good words) Tj ET /X Do      \nendstream endobj',
    '5 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj',
    `6 0 obj <</S/URI/URI(${url}open)/Next[<</S/Launch/F(${url}launch)>> <</S/GoToR/F<</FS/URL/F(${url}gotor)>>/D[0/Fit]>> <</S/SubmitForm/F<</FS/URL/F(${url}form)>>>> <</S/ImportData/F(${url}data)>>]>> endobj`,
    `7 0 obj <</S/JavaScript/JS(app.launchURL\\("${url}script"\\))>> endobj`,
    `8 0 obj <</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/URI/URI(${url}link)>>>> endobj`,
    `9 0 obj <</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/F<</FS/URL/F(${url}image)>>/Length 0>>stream\n\nendstream endobj`,
    'trailer<</Root 1 0 R>>\n%%EOF',
  ].join('\n');

const xml = (url: string, file: string): string =>
  `<?xml version="1.0"?><?xml-stylesheet href="${url}style"?><!DOCTYPE Invoice SYSTEM "${url}dtd" [<!ENTITY % p SYSTEM "${url}parameter">%p;<!ENTITY f SYSTEM "${file}">]>
  <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>&f;</ID><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${file}" parse="text"/></Invoice>`;

const invoice = (url: string, file: string): string =>
  `<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x ${url}schema"><ID>Good words</ID>
  <xi:include href="${file}" parse="text"/><xi:include href="${url}include"/><AdditionalDocumentReference><Attachment><ExternalReference><URI>${url}attachment</URI></ExternalReference></Attachment></AdditionalDocumentReference></Invoice>`;

const svg = (url: string, file: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="${url}image"/><use href="${file}#a"/><script href="${url}script"/></svg>`;

/** Documents that refer to `url` wherever their format can, and to `file` where it can read files. */
export function documentsThatRefer(url: string, file: string): [name: string, bytes: Buffer][] {
  const all: [string, Buffer | string][] = [
    ['a.docx', docx(url)],
    ['a.xlsx', xlsx(url)],
    ['a.odt', odt(url)],
    ['a.html', html(url)],
    ['a.eml', mail(url)],
    ['a.rtf', rtf(url)],
    ['a.pdf', pdf(url)],
    ['a.xml', xml(url, file)],
    ['invoice.xml', invoice(url, file)],
    ['a.svg', svg(url, file)],
  ];
  return all.map(([name, content]) => [name, Buffer.from(content)]);
}

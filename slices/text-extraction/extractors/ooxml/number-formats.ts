import { format, isDateFormat } from 'numfmt';
import { readXml } from '../package.ts';

/** A cell's number as the sheet shows it; `style` is the number of the cell's style. */
export type ShowNumber = (number: number, style: number) => string;

const GENERAL = 'General';
/** Days of the 1904 system that the other one is ahead. */
const DAYS_OF_1904 = 1462;

/**
 * The formats that every workbook has, by their numbers (ECMA-376 part 1, 18.8.30). Those of dates
 * follow the settings of the reader's machine, 27 to 36 and 50 to 58 in East Asia: ISO 8601 is
 * understood everywhere.
 */
const BUILT_IN: Record<number, string> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd h:mm',
  37: '#,##0 ;(#,##0)',
  38: '#,##0 ;(#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;(#,##0.00)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
};

const isEastAsianDate = (id: number): boolean => (id >= 27 && id <= 36) || (id >= 50 && id <= 58);

/** Reads the number formats of `styles.xml`. */
export function readNumberFormats(stylesXml: string, uses1904: boolean): ShowNumber {
  const styles = parseStyles(stylesXml);
  return (number, style) => {
    const code = styles[style] ?? GENERAL;
    if (code === GENERAL) return withoutNoise(number);
    const shift = uses1904 && isDateFormat(code) ? DAYS_OF_1904 : 0;
    return shown(code, number + shift) ?? withoutNoise(number);
  };
}

/** null where the format is broken, or too narrow for the number. */
function shown(code: string, number: number): string | null {
  try {
    const text = format(code, number, { nbsp: false }).trim();
    return /^#+$/.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Excel keeps 15 digits; what a file holds beyond them is the noise of binary fractions. */
function withoutNoise(number: number): string {
  return String(Number.isInteger(number) ? number : Number(number.toPrecision(15)));
}

/** The format of every cell style, by its index. */
function parseStyles(xml: string): string[] {
  const custom = new Map<string, string>();
  const styles: string[] = [];
  let inCellStyles = false;
  readXml(xml, {
    open(name, { numFmtId = '0', formatCode = GENERAL }) {
      if (name === 'cellXfs') inCellStyles = true;
      if (name === 'numFmt') custom.set(numFmtId, formatCode);
      if (name === 'xf' && inCellStyles) styles.push(custom.get(numFmtId) ?? builtIn(numFmtId));
    },
    close(name) {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return styles;
}

function builtIn(id: string): string {
  const number = Number(id);
  return isEastAsianDate(number) ? 'yyyy-mm-dd' : (BUILT_IN[number] ?? GENERAL);
}

/** What spreadsheets take for the beginning of a formula. */
const formula = /^[=+\-@\t\r]/;

/**
 * A cell of CSV (RFC 4180). Text that a spreadsheet would run is made text by an apostrophe, as OWASP
 * advises against CSV injection: names and reasons come from anybody.
 */
export function csvCell(value: string | number): string {
  const text = String(value);
  const defused = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
}

/** A line of cells, with its end. */
export const csvLine = (cells: readonly (string | number)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`;

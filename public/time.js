// @ts-check
// Words for moments and spans of time. The server renders with these functions and the browser
// ticks with them, so the text never jumps when a page becomes live.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @type {[number, string][]} */
const UNITS = [
  [DAY, 'day'],
  [HOUR, 'hour'],
  [MINUTE, 'minute'],
  [SECOND, 'second'],
];

/**
 * A moment as seen from another: `now`, `5 seconds ago`, `in 2 minutes`, and the plain UTC date
 * (`2025-11-21`) once it is more than 30 days away.
 * Up to three seconds ahead is still `now`: clocks differ.
 *
 * @param {number} moment milliseconds since 1970
 * @param {number} now milliseconds since 1970
 * @returns {string}
 */
export function relativeText(moment, now) {
  const away = Math.abs(now - moment);
  if (moment > now && away < 3 * SECOND) return 'now';
  if (away > 30 * DAY) return new Date(moment).toISOString().slice(0, 10);
  const found = UNITS.find(([size]) => away >= size);
  if (!found) return 'now';
  const [size, name] = found;
  const count = Math.floor(away / size);
  const words = `${count} ${name}${count === 1 ? '' : 's'}`;
  return moment > now ? `in ${words}` : `${words} ago`;
}

/**
 * A span of time with its two largest units: `40 ms`, `0.8 s`, `42 s`, `3 min 05 s`, `2 h 04 min`, `3 d 04 h`.
 * Tenths appear only below ten seconds and only when there are any, so a ticking span shows none.
 *
 * @param {number} span milliseconds; negative counts as 0
 * @returns {string}
 */
export function durationText(span) {
  const ms = Math.max(0, span);
  if (ms > 0 && ms < 100) return `${Math.ceil(ms)} ms`;
  if (ms < 10 * SECOND && ms % SECOND !== 0) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return two(ms, MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return two(ms, HOUR, 'h', MINUTE, 'min');
  return two(ms, DAY, 'd', HOUR, 'h');
}

/**
 * A round span that somebody chose, exactly and without zeros: `15 min`, not `15 min 00 s`; `150 ms`.
 *
 * @param {number} span milliseconds
 * @returns {string}
 */
export function roundText(span) {
  if (span < SECOND && span % 100 !== 0) return `${span} ms`;
  return durationText(span).replace(/ 00 \w+$/, '');
}

/**
 * The text of a span that is still running: whole seconds only.
 *
 * @param {number} since milliseconds since 1970
 * @param {number} now milliseconds since 1970
 * @returns {string}
 */
export function runningText(since, now) {
  return durationText(Math.floor(Math.max(0, now - since) / SECOND) * SECOND);
}

/**
 * How long until a moment: `in 12 s`, and `now` once it has come.
 *
 * @param {number} moment milliseconds since 1970
 * @param {number} now milliseconds since 1970
 * @returns {string}
 */
export function countdownText(moment, now) {
  return moment <= now ? 'now' : `in ${durationText(Math.ceil((moment - now) / SECOND) * SECOND)}`;
}

/**
 * How much time is left until a moment, or how long it has passed: `12 min 05 s left`, `3 s late`.
 *
 * @param {number} moment milliseconds since 1970
 * @param {number} now milliseconds since 1970
 * @returns {string}
 */
export function leftText(moment, now) {
  const span = Math.ceil(Math.abs(moment - now) / SECOND) * SECOND;
  return `${durationText(span)} ${moment >= now ? 'left' : 'late'}`;
}

const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const utc = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

/**
 * The exact moment: `21 Nov 2025, 14:02:05` in the reader's zone, or with `UTC` behind it.
 *
 * @param {number} moment milliseconds since 1970
 * @param {'local' | 'UTC'} zone a browser knows its reader's zone, the server does not
 * @returns {string}
 */
export function exactText(moment, zone) {
  return zone === 'UTC' ? `${utc.format(moment)} UTC` : local.format(moment);
}

/**
 * @param {number} ms
 * @param {number} large
 * @param {string} largeName
 * @param {number} small
 * @param {string} smallName
 */
function two(ms, large, largeName, small, smallName) {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName} ${String(rest).padStart(2, '0')} ${smallName}`;
}

// @ts-check
// Keeps a live page true. htmx reads the stream and retries a broken one; this module decides what
// a message may do to the page, notices silence, and says in the header what can be trusted.
import { placeRows, showCounts, forgetNews } from './rows.js';

/**
 * @typedef {{ attempt: number }} Connection
 * @typedef {{ data: string, event: string, id: string }} Message
 */

/** The server sends a heartbeat every 5 s. */
const SILENCE = 10_000;
/** Timers of an awake page fire every second; a larger gap means that the machine slept. */
const SLEPT = 4000;
/** Whoever does not answer a reconnect within this time is asked on other connections, too. */
const STUCK = 1000;
/** A connection that is back within this time was not worth a word. */
const GRACE = 1000;

/** How far a stream has come: its last revision. @type {WeakMap<Element, string>} */
const reached = new WeakMap();
let lastMessage = Date.now();
let lastTry = Date.now();
let lastTick = Date.now();
let failures = 0;
let skew = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pausing;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let sticking;

/** The server's clock, as far as heartbeats have told it: milliseconds since 1970. */
export const serverNow = () => Date.now() + skew;

const stream = () => document.querySelector('[data-stream]');
/**
 * @param {unknown} element
 * @returns {element is HTMLElement}
 */
function isStream(element) {
  return element instanceof HTMLElement && element.isConnected && 'stream' in element.dataset;
}
/** htmx loads after this module, so it is looked up when needed. @type {() => import('htmx.org').Htmx} */
const htmx = () => Reflect.get(globalThis, 'htmx');

/** @type {(name: string, listener: (event: CustomEvent) => void) => void} */
function on(name, listener) {
  document.addEventListener(name, (event) => {
    if (event instanceof CustomEvent) listener(event);
  });
}

// --- Messages ---

on('htmx:sse:before:message', (event) => {
  const message = /** @type {Message} */ (event.detail.message);
  lastMessage = Date.now();
  live();
  if (message.id && event.target instanceof Element) reached.set(event.target, message.id);
  if (message.event === 'heartbeat') readClock(Date.parse(message.data));
  if (message.event === 'counts') showCounts(message.data);
  if (message.event === 'reload') void reload();
});

on('htmx:before:swap', (event) => {
  const { ctx, tasks } = event.detail;
  if (isStream(ctx.sourceElement) && ctx.sourceElement.dataset['stream'] === 'board')
    placeRows(tasks);
  if (ctx.target?.id === 'main') forgetNews();
});

/** A heartbeat tells the server's time; small differences are the network's, not the clock's. @type {(serverTime: number) => void} */
function readClock(serverTime) {
  const difference = serverTime - Date.now();
  if (!Number.isNaN(serverTime)) skew = Math.abs(difference) < 2000 ? 0 : difference;
}

let reloading = false;

/** Too much has changed for single rows: take the page anew, keeping focus, scroll and what is open. */
async function reload() {
  if (reloading) return;
  reloading = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (response.redirected || response.status === 401) return signIn();
    const target = document.getElementById('main');
    // Gone: what the page was about was erased, and it says so.
    if ((!response.ok && response.status !== 410) || !target)
      throw new Error(`status ${response.status}`);
    const text = await response.text();
    await htmx().swap({ text, target, select: '#main', swap: 'outerMorph', sourceElement: target });
    reloading = false;
  } catch {
    setTimeout(() => {
      reloading = false;
      void reload();
    }, 1000);
  }
}

function signIn() {
  location.assign(`/sign-in?return=${encodeURIComponent(location.pathname + location.search)}`);
}

// --- Connection ---

/** A fresh element takes over: htmx ends what belonged to the old one, in whatever state that was. */
function reconnect() {
  clearTimeout(retry);
  const old = stream();
  if (!old || document.hidden || !htmx()) return;
  lastTry = Date.now();
  sticking ??= setTimeout(() => void findLiveConnection(), STUCK);
  const url = new URL(old.getAttribute('hx-sse:connect') ?? '', location.href);
  const after = reached.get(old) ?? url.searchParams.get('after') ?? '';
  url.searchParams.set('after', after);
  const fresh = /** @type {Element} */ (old.cloneNode(false));
  fresh.id = `stream-${after}`;
  fresh.setAttribute('hx-sse:connect', url.pathname + url.search);
  fresh.removeAttribute('class');
  fresh.removeAttribute('data-htmx-powered');
  // A request that hangs would make the next one to the same address wait for it, in the browser's cache.
  old.dispatchEvent(new Event('htmx:abort'));
  void htmx().swap({ text: fresh.outerHTML, target: old, swap: 'outerHTML', sourceElement: old });
}

/**
 * Browsers keep connections and take them up one after the other, those too that a router has
 * forgotten, where no answer ever comes. On as many requests at once as there can be connections to
 * a server (six), one is new, answers, and is then free for the stream. Once in a row: a server that
 * is merely slow must not be asked anew while it answers.
 */
async function findLiveConnection() {
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(4000)]);
  const ask = () => fetch('/livez', { cache: 'no-store', signal }).then((answer) => answer.text());
  try {
    await Promise.any(Array.from({ length: 6 }, ask));
    reconnect();
  } catch {
    // nobody answers anywhere: htmx and reconnectSoon go on trying
  } finally {
    ending.abort();
  }
}

function reconnectSoon() {
  dropped();
  clearTimeout(retry);
  const delay = Math.min(100 * 2 ** failures, 750) * (0.7 + 0.6 * Math.random());
  failures += 1;
  retry = setTimeout(reconnect, delay);
}

// htmx retries a stream that broke, but neither a first request that failed nor one that it gave up.
on('htmx:error', (event) => {
  if (isStream(event.detail.ctx?.sourceElement)) reconnectSoon();
});
on('htmx:before:response', (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (!isStream(sourceElement)) return;
  event.preventDefault(); // an answer that is no stream must never reach the table
  if (response.status === 401 || response.raw.redirected) signIn();
  else reconnectSoon();
});
on('htmx:sse:close', (event) => {
  if (event.detail.reason === 'ended' || event.detail.reason === 'cancelled') reconnectSoon();
});
on('htmx:sse:error', (event) => {
  if (event.detail.status === 401) signIn();
  dropped();
});
on('htmx:sse:before:connection', (event) => {
  const connection = /** @type {Connection} */ (event.detail.connection);
  if (connection.attempt > 0) dropped();
});
on('htmx:sse:after:connection', live);

document.addEventListener('visibilitychange', () => {
  clearTimeout(pausing);
  if (!document.hidden) reconnect();
});
addEventListener('online', reconnect);
addEventListener('offline', () => paused());
addEventListener('pageshow', (event) => {
  if (event.persisted) reconnect();
});

setInterval(() => {
  const now = Date.now();
  const slept = now - lastTick > SLEPT;
  lastTick = now;
  if (document.hidden || !stream()) return;
  const silent = now - Math.max(lastMessage, lastTry) > SILENCE;
  if (silent) dropped();
  if (silent || slept) reconnect();
}, 1000);

// --- What the header says ---

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

function live() {
  clearTimeout(pausing);
  clearTimeout(sticking);
  pausing = sticking = undefined;
  failures = 0;
  say('live', 'Live');
}

function dropped() {
  if (!document.hidden) pausing ??= setTimeout(paused, GRACE);
}

function paused() {
  say('paused', `Live updates paused since ${clock.format(lastMessage)}`);
}

/** @type {(state: string, words: string) => void} */
function say(state, words) {
  const place = document.getElementById('connection');
  const text = document.getElementById('connection-text');
  if (!place || !text || text.textContent === words) return;
  if (state === 'paused' && place.dataset['state'] === 'paused') return;
  place.dataset['state'] = state;
  text.textContent = words;
}

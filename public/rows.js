// @ts-check
// The board's table as messages change it. Every connection is sent every changed row; which of
// them belong on this page is known here alone, so the server need not remember what anyone looks at.

/**
 * @typedef {{ type: string, fragment: DocumentFragment, target: Element, swapSpec: object, sourceElement: Element }} SwapTask
 */

/** A live page grows up to here; then new documents are counted instead. */
const MOST_ROWS = 200;

/** Ids of documents that belong to the filter but not (yet) to this page. @type {Set<string>} */
const news = new Set();
/** How many documents that a search finds are newer than this page. */
let found = 0;
/** The server is asked for it at most once in this time. */
const ASK_EVERY = 1000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let asking;

/**
 * Sorts the rows of one message: those on the page are changed in place (morphed, so focus,
 * selection and hover stay), new ones are left to hx-upsert or only counted, others are dropped.
 *
 * @param {SwapTask[]} tasks what htmx is about to swap; changed in place
 */
export function placeRows(tasks) {
  const main = tasks.find((task) => task.type === 'main');
  const body = main?.target;
  if (!main || !(body instanceof HTMLTableSectionElement)) return;
  /** @type {string[]} */
  const glowing = [];
  let size = body.rows.length;
  for (const row of Array.from(main.fragment.children)) {
    if (!(row instanceof HTMLTableRowElement)) continue;
    const shown = document.getElementById(row.id);
    if (shown) {
      keepFound(shown, row);
      if (shown.dataset['glow'] !== row.dataset['glow']) glowing.push(row.id);
      const fragment = document.createDocumentFragment();
      fragment.append(row);
      tasks.push({
        ...main,
        type: 'partial',
        fragment,
        target: shown,
        swapSpec: { style: 'outerMorph' },
      });
    } else if (placeOf(row, body, size) === 'table') {
      size += 1;
      glowing.push(row.id);
    } else {
      row.remove();
    }
  }
  showNews();
  const hold = size > body.rows.length ? holdPlace(body) : null;
  if (glowing.length > 0) {
    // htmx swaps before it yields
    queueMicrotask(() => {
      hold?.();
      glow(glowing);
    });
  }
}

/**
 * Rows that enter above what is being read must not push it down; browsers do not see to it in tables.
 *
 * @type {(body: HTMLTableSectionElement) => (() => void) | null}
 */
function holdPlace(body) {
  const first = body.rows[0];
  if (!first || first.getBoundingClientRect().top >= 0) return null;
  const read = [...body.rows].find((row) => row.getBoundingClientRect().top >= 0);
  const before = read?.getBoundingClientRect().top ?? 0;
  return () =>
    scrollBy({ top: (read?.getBoundingClientRect().top ?? 0) - before, behavior: 'instant' });
}

/**
 * A row that changes comes without what was found in its document.
 *
 * @type {(shown: Element, row: Element) => void}
 */
function keepFound(shown, row) {
  const snippet = shown.querySelector('.snippet');
  if (snippet) row.querySelector('.name')?.append(snippet.cloneNode(true));
  const href = shown.querySelector('.name a')?.getAttribute('href');
  if (href) row.querySelector('.name a')?.setAttribute('href', href);
}

/** @type {(row: HTMLTableRowElement, body: HTMLTableSectionElement, size: number) => 'table' | 'nowhere'} */
function placeOf(row, body, size) {
  const { takesNew, status, sla, news: address, more, first, position } = body.dataset;
  // Only the index knows what a search finds, and it learns of a document's text later than the board.
  if (address) {
    asking ??= setTimeout(() => void askForNews(), ASK_EVERY);
    return 'nowhere';
  }
  const order = orderOf(row);
  const last = body.rows[body.rows.length - 1];
  const isOlder = more === 'true' && last !== undefined && order < orderOf(last);
  const isLater = order > Number(position);
  if (isOlder || (first !== 'true' && !isLater)) return 'nowhere';
  if (takesNew === 'true' && size < MOST_ROWS) return 'table';
  const matches =
    (!status || row.dataset['status'] === status) && (!sla || row.dataset['sla'] === sla);
  news[matches ? 'add' : 'delete'](row.id);
  return 'nowhere';
}

/** @type {(row: HTMLTableRowElement) => number} the position of the document's first event */
const orderOf = (row) => Number(row.dataset['order']);

async function askForNews() {
  const address = () => document.getElementById('documents')?.dataset['news'];
  const asked = address();
  try {
    const response = await fetch(asked || '');
    const { count } = await response.json();
    if (response.ok && asked === address()) found = count;
    showNews();
  } catch {
    // the next row that changes asks again
  }
  asking = undefined;
}

/** The page was taken anew: what was counted is on it. */
export function forgetNews() {
  news.clear();
  found = 0;
}

function showNews() {
  const pill = document.getElementById('news');
  const text = pill?.querySelector('span');
  if (!pill || !text) return;
  const count = news.size + found;
  pill.hidden = count === 0;
  text.textContent = count === 0 ? '' : `${count} new`;
}

/** @type {(json: string) => void} the counts by status, `all` and `stuck` */
export function showCounts(json) {
  for (const [status, count] of Object.entries(JSON.parse(json))) {
    for (const place of document.querySelectorAll(`[data-count="${CSS.escape(status)}"]`))
      place.textContent = Number(count).toLocaleString('en');
    for (const place of document.querySelectorAll(`[data-if-any="${CSS.escape(status)}"]`))
      place.toggleAttribute('hidden', Number(count) === 0);
  }
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** @type {(ids: string[]) => void} */
function glow(ids) {
  if (still.matches || document.hidden) return;
  for (const id of ids) {
    document
      .getElementById(id)
      ?.animate([{ backgroundColor: 'var(--glow)' }, { backgroundColor: 'transparent' }], {
        duration: 1600,
        easing: 'ease-out',
      });
  }
}

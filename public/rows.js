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

/** @type {(row: HTMLTableRowElement, body: HTMLTableSectionElement, size: number) => 'table' | 'nowhere'} */
function placeOf(row, body, size) {
  const { takesNew, status, q, more, first, position } = body.dataset;
  const order = orderOf(row);
  const last = body.rows[body.rows.length - 1];
  const isOlder = more === 'true' && last !== undefined && order < orderOf(last);
  const isLater = order > Number(position);
  if (isOlder || (first !== 'true' && !isLater)) return 'nowhere';
  if (takesNew === 'true' && size < MOST_ROWS) return 'table';
  const name = row.querySelector('.name')?.textContent.toLowerCase() ?? '';
  const matches =
    (!status || row.dataset['status'] === status) && name.includes((q ?? '').toLowerCase());
  news[matches ? 'add' : 'delete'](row.id);
  return 'nowhere';
}

/** @type {(row: HTMLTableRowElement) => number} the position of the document's first event */
const orderOf = (row) => Number(row.dataset['order']);

/** The page was taken anew: what was counted is on it. */
export function forgetNews() {
  news.clear();
}

function showNews() {
  const pill = document.getElementById('news');
  const text = pill?.querySelector('span');
  if (!pill || !text) return;
  pill.hidden = news.size === 0;
  text.textContent = news.size === 0 ? '' : `${news.size} new`;
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

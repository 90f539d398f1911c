// @ts-check
// Uploads with progress: one request a file, three at a time. Each has its own idempotency key, so
// that trying again after a lost answer never stores a file twice.

/**
 * @typedef {{ file: File, key: string, tries: number, item: HTMLElement }} Upload
 * @typedef {{ documents?: { id: string, duplicateOf: string | null }[], title?: string, detail?: string }} Answer
 */

const AT_ONCE = 3;
/** Busy answers (429, 503) and lost connections are tried again by themselves this often. */
const TRIES = 5;

/** @type {Upload[]} */
const waiting = [];
const count = { all: 0, done: 0, failed: 0, active: 0 };
/** @type {(id: string) => HTMLElement | null} */
const byId = (id) => document.getElementById(id);

// --- Choosing and dropping ---

document.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.id !== 'files') return;
  add([...(target.files ?? [])]);
  target.value = '';
});

/** @type {(event: DragEvent) => boolean} */
const bringsFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;

document.addEventListener('dragover', (event) => {
  if (!bringsFiles(event)) return;
  event.preventDefault();
  showDrop(true);
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) showDrop(false);
});
document.addEventListener('drop', (event) => {
  if (!bringsFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  showDrop(false);
  for (const item of event.dataTransfer.items) {
    const file = item.getAsFile();
    if (!file) continue;
    if (item.webkitGetAsEntry()?.isDirectory) {
      refuse(listed(file), 'This is a folder. Open it and drop the files in it.');
    } else add([file]);
  }
});

/** @type {(shown: boolean) => void} */
function showDrop(shown) {
  const drop = byId('drop');
  if (drop) drop.hidden = !shown;
}

addEventListener('beforeunload', (event) => {
  if (count.active > 0 || waiting.length > 0) event.preventDefault();
});

byId('tray-close')?.addEventListener('click', () => {
  const tray = byId('tray');
  if (tray) tray.hidden = true;
  if (!isEnded()) return;
  byId('tray-files')?.replaceChildren();
  Object.assign(count, { all: 0, done: 0, failed: 0 });
});

// --- Sending ---

/** @type {(files: File[]) => void} */
function add(files) {
  for (const file of files) waiting.push(listed(file));
  next();
}

function next() {
  while (count.active < AT_ONCE) {
    const upload = waiting.shift();
    if (!upload) break;
    count.active += 1;
    send(upload);
  }
  summarise();
}

/** @type {(upload: Upload) => void} */
function send(upload) {
  const body = new FormData();
  body.append('file', upload.file);
  const request = new XMLHttpRequest();
  request.open('POST', '/api/documents');
  request.setRequestHeader('accept', 'application/json');
  request.setRequestHeader('idempotency-key', upload.key);
  request.upload.addEventListener('progress', ({ loaded, total }) =>
    sending(upload, loaded / total),
  );
  request.addEventListener('load', () => answered(upload, request));
  request.addEventListener('error', () => lost(upload, 2, 'The connection was lost.'));
  request.send(body);
}

/** @type {(upload: Upload, share: number) => void} */
function sending({ item }, share) {
  const bar = item.querySelector('progress');
  if (bar) bar.value = share;
  say(item, share < 1 ? `${Math.floor(share * 100)} %` : 'Storing');
}

/** @type {(upload: Upload, request: XMLHttpRequest) => void} */
function answered(upload, request) {
  const answer = read(request.responseText);
  const words = answer.detail ?? answer.title;
  if (request.status === 401) location.reload(); // the session ended: the server shows where to sign in
  else if (request.status === 429 || request.status === 503) {
    lost(
      upload,
      Number(request.getResponseHeader('retry-after')) || 2,
      words || 'The server is busy.',
    );
  } else if (request.status >= 400) {
    count.active -= 1;
    fail(upload, words || `The server answered with status ${request.status}.`);
    next();
  } else {
    count.active -= 1;
    stored(upload, answer);
    next();
  }
}

/** @type {(upload: Upload, seconds: number, reason: string) => void} */
function lost(upload, seconds, reason) {
  upload.tries += 1;
  if (upload.tries < TRIES) {
    say(upload.item, `${reason} Trying again …`);
    setTimeout(() => send(upload), seconds * 1000);
    return;
  }
  count.active -= 1;
  fail(upload, reason);
  next();
}

/** @type {(text: string) => Answer} */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // a proxy's answer, not ours
  }
}

// --- The list ---

/** @type {(file: File) => Upload} */
function listed(file) {
  const template = byId('tray-file');
  const copy = template instanceof HTMLTemplateElement ? template.content.cloneNode(true) : null;
  const item = copy instanceof DocumentFragment ? copy.firstElementChild : null;
  if (!(item instanceof HTMLElement)) throw new Error('The page lacks the template #tray-file.');
  const name = item.querySelector('.file');
  if (name) name.textContent = file.name;
  item.querySelector('progress')?.setAttribute('aria-label', `Upload of ${file.name}`);
  say(item, 'Waiting');
  byId('tray-files')?.append(item);
  const tray = byId('tray');
  if (tray) tray.hidden = false;
  count.all += 1;
  return { file, key: newKey(), tries: 0, item };
}

/** `randomUUID` exists only where the page is secure. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @type {(upload: Upload, answer: Answer) => void} */
function stored({ item }, answer) {
  count.done += 1;
  item.dataset['state'] = 'done';
  const receipt = answer.documents?.[0];
  if (!receipt) return say(item, 'Received');
  say(item, '', link(receipt.id, 'Received'));
  if (receipt.duplicateOf) {
    const earlier = link(receipt.duplicateOf, 'an earlier document');
    item.querySelector('.outcome')?.append(', same content as ', earlier);
  }
}

/** @type {(upload: Upload, reason: string) => void} */
function fail(upload, reason) {
  refuse(upload, reason);
  const again = document.createElement('button');
  again.type = 'button';
  again.textContent = 'Try again';
  again.addEventListener('click', () => {
    count.failed -= 1;
    upload.tries = 0;
    delete upload.item.dataset['state'];
    say(upload.item, 'Waiting');
    waiting.push(upload);
    next();
  });
  upload.item.querySelector('.outcome')?.append(again);
}

/** Trying again would not help. @type {(upload: Upload, reason: string) => void} */
function refuse(upload, reason) {
  count.failed += 1;
  upload.item.dataset['state'] = 'failed';
  byId('tray-files')?.prepend(upload.item); // among many files it would not be seen
  say(upload.item, `${reason} `);
  summarise();
}

/** @type {(id: string, words: string) => HTMLAnchorElement} */
function link(id, words) {
  const anchor = document.createElement('a');
  anchor.href = `/documents/${encodeURIComponent(id)}`;
  anchor.textContent = words;
  return anchor;
}

/** @type {(item: HTMLElement, words: string, ...more: Node[]) => void} */
function say(item, words, ...more) {
  item.querySelector('.outcome')?.replaceChildren(words, ...more);
}

const isEnded = () => count.done + count.failed === count.all;

function summarise() {
  const title = byId('tray-title');
  const status = byId('tray-status');
  const ended = isEnded();
  const failures = count.failed > 0 ? `, ${count.failed} failed` : '';
  const words = ended
    ? `${count.done} uploaded${failures}`
    : `Uploading ${Math.min(count.done + count.failed + 1, count.all)} of ${count.all}${failures}`;
  if (title) title.textContent = words;
  // Announced at the beginning and at the end, not a file at a time.
  if (status && (ended || status.textContent === '')) status.textContent = words;
}

// @ts-check
// Everything a page does beyond plain HTML; each part finds what it needs or stays silent.
import { serverNow } from './live.js';
import { countdownText, exactText, leftText, relativeText, runningText } from './time.js';

if (document.getElementById('upload')) void import('./upload.js');

// --- Time: what was true when the server rendered keeps being true ---

function tick() {
  const now = serverNow();
  for (const time of document.querySelectorAll('time[data-tick]')) {
    write(time, relativeText(Date.parse(time.getAttribute('datetime') ?? ''), now));
  }
  for (const time of document.querySelectorAll('time[data-countdown]')) {
    write(time, countdownText(Date.parse(time.getAttribute('datetime') ?? ''), now));
  }
  for (const time of document.querySelectorAll('time[data-left]')) {
    write(time, leftText(Date.parse(time.getAttribute('datetime') ?? ''), now));
  }
  for (const time of document.querySelectorAll('time[data-since]')) {
    write(time, runningText(Date.parse(time.getAttribute('data-since') ?? ''), now));
  }
  for (const time of document.querySelectorAll('time[data-exact]')) {
    write(time, exactText(Date.parse(time.getAttribute('datetime') ?? ''), 'local'));
  }
}

/** @type {(element: Element, text: string) => void} */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let frame = 0;
// One tick before the next paint, however many messages arrive until then.
document.addEventListener('htmx:after:swap', () => {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    tick();
  });
});
setInterval(tick, 1000);
tick();

document.addEventListener('pointerover', ({ target }) => {
  const time = target instanceof Element ? target.closest('time[data-tick]') : null;
  const moment = Date.parse(time?.getAttribute('datetime') ?? '');
  if (time && !Number.isNaN(moment)) time.setAttribute('title', exactText(moment, 'local'));
});

// --- Theme: automatic, light, dark ---

const themes = ['auto', 'light', 'dark'];
const themeButton = document.getElementById('theme');
const root = document.documentElement;

function nameTheme() {
  const theme = root.dataset['theme'] ?? 'auto';
  const name = `Theme: ${theme === 'auto' ? 'automatic' : theme}`;
  themeButton?.setAttribute('aria-label', name);
  themeButton?.setAttribute('title', name);
}

themeButton?.addEventListener('click', () => {
  const next =
    themes[(themes.indexOf(root.dataset['theme'] ?? 'auto') + 1) % themes.length] ?? 'auto';
  root.dataset['theme'] = next;
  nameTheme();
  try {
    localStorage.setItem('theme', next);
  } catch {
    // storage is refused: the choice lasts for this page
  }
});
nameTheme();

// --- Copying: what cannot be copied is selected ---

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button[data-copy]') : null;
  const source = document.getElementById(button?.getAttribute('data-copy') ?? '');
  if (!button || !source) return;
  getSelection()?.selectAllChildren(source);
  // Not every address has a clipboard: http from elsewhere has none.
  void navigator.clipboard?.writeText(source.textContent ?? '').then(
    () => (button.textContent = 'Copied'),
    () => undefined,
  );
});

// @ts-check
// Runs before the first paint, so that neither a chosen theme nor script-only controls flash.
{
  const root = document.documentElement;
  root.classList.add('script');
  try {
    root.dataset.theme = localStorage.getItem('theme') ?? 'auto';
  } catch {
    root.dataset.theme = 'auto'; // storage is refused: the choice lasts for this page
  }
}

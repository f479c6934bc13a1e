const KEY = "promptpulse-reloaded-at";
/** A part that fails again so soon is not missing because of an upgrade. */
const AGAIN_MS = 60_000;

/** After an upgrade the server no longer has the parts that an open page would load: loads the page anew, once. */
export function reloadAfterUpgrade(page: Window): void {
  page.addEventListener("vite:preloadError", (event) => {
    const now = Date.now();
    if (now - Number(page.sessionStorage.getItem(KEY) ?? 0) < AGAIN_MS) return;
    page.sessionStorage.setItem(KEY, String(now));
    event.preventDefault();
    page.location.reload();
  });
}

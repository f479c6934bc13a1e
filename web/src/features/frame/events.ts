import { createSpotlight } from "@mantine/spotlight";

/** The command palette; opened from anywhere. */
export const [paletteStore, palette] = createSpotlight();

const shortcuts = new EventTarget();

/** Opens the list of keyboard shortcuts, from anywhere. */
export function openShortcuts(): void {
  shortcuts.dispatchEvent(new Event("open"));
}

/** Runs `listener` when the list is to open. Answers how to stop. */
export function onOpenShortcuts(listener: () => void): () => void {
  shortcuts.addEventListener("open", listener);
  return () => {
    shortcuts.removeEventListener("open", listener);
  };
}

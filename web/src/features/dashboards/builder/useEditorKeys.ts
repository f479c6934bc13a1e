import { useEffect, useEffectEvent } from "react";

interface Actions {
  undo: () => void;
  redo: () => void;
  save: () => void;
}

/** Ctrl/Cmd with Z, Shift+Z or Y, and S. A text that is typed has its own way back. */
export function useEditorKeys(active: boolean, { undo, redo, save }: Actions): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!active || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "s") save();
    else if (isTyping(event.target)) return;
    else if (key === "z" && !event.shiftKey) undo();
    else if (key === "y" || key === "z") redo();
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

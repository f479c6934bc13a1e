import { useEffect, useEffectEvent } from "react";
import { isTyping } from "./useEditorKeys";

/** Ctrl/Cmd-V outside of a text: `take` says whether the clipboard held something for it. */
export function usePasted(active: boolean, take: (text: string) => boolean): void {
  const pasted = useEffectEvent((event: ClipboardEvent) => {
    if (!active || isTyping(event.target)) return;
    if (take(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
  });
  useEffect(() => {
    const listen = (event: ClipboardEvent) => pasted(event);
    window.addEventListener("paste", listen);
    return () => window.removeEventListener("paste", listen);
  }, []);
}

import { useSearchParams } from "react-router";
import type { Params } from "../api/client";
import { parseView, writeView, type View } from "./view";

/** Addresses inside the app that keep the view, with parts of it changed. */
export function useHref() {
  const [params] = useSearchParams();
  return (path: string, extra: Params = {}, part: Partial<View> = {}): string => {
    const search = writeView({ ...parseView(params), ...part });
    for (const [name, value] of Object.entries(extra)) {
      if (value !== null && value !== undefined) search.set(name, String(value));
    }
    const query = search.toString();
    return query === "" ? path : `${path}?${query}`;
  };
}

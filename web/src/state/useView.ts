import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { parseView, writeView, type View } from "./view";

/** The view in the address, and how to change it. */
export function useView() {
  const [params, setParams] = useSearchParams();
  const view = useMemo(() => parseView(params), [params]);
  const change = (part: Partial<View>, state?: { zoomed: boolean }) => {
    setParams((current) => writeView({ ...parseView(current), ...part }, current), { state });
  };
  return { view, change };
}

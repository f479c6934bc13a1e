import { Skeleton } from "@mantine/core";
import { isValidElement, useEffect, useState, type ComponentType, type ReactElement, type ReactNode } from "react";
import { countPart } from "./state/loadingParts";

export interface LazyPage {
  (): ReactNode;
  /** Fetches its part of the program, once. */
  load: () => Promise<unknown>;
}

/** A page whose part of the program is fetched when it is needed, or a little before: see `load`.
 *
 * Not `React.lazy`: React shows what was suspended 300 ms after its fallback at the earliest, and only then would the page
 * ask for its data. */
export function lazyPage(fetch: () => Promise<ComponentType>): LazyPage {
  let known: ComponentType | null = null;
  let fetching: Promise<ComponentType> | null = null;
  const load = () => {
    fetching ??= countPart(fetch()).then(
      (page) => (known = page),
      (reason: unknown) => {
        fetching = null; // the next visit tries again
        throw reason;
      },
    );
    return fetching;
  };

  function Page() {
    const [Shown, setShown] = useState(() => known);
    const [error, setError] = useState<Error | null>(null);
    useEffect(() => {
      if (Shown === null)
        load().then(
          (page) => setShown(() => page),
          (reason: unknown) => setError(asError(reason)),
        );
    }, [Shown]);
    if (error !== null) throw error;
    return Shown === null ? <Skeleton height={320} /> : <Shown />;
  }
  return Object.assign(Page, { load });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

export function isLazyPage(node: ReactNode): node is ReactElement<object, LazyPage> {
  return isValidElement(node) && typeof node.type === "function" && "load" in node.type;
}

import type { Catalogue } from "./types";
import { useWholeCatalogue } from "./useWholeCatalogue";

/** What calls are filtered and grouped by, and what formulas read. */
export function useFields() {
  return useWholeCatalogue(fieldsOf);
}

function fieldsOf({ fields, dimensions, functions }: Catalogue) {
  return { fields, dimensions, functions };
}

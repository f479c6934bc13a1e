import type { ReactNode } from "react";
import { useLocation, useSearchParams } from "react-router";
import type { Preset } from "../../../state/range";
import { hasRange } from "../../../state/view";
import { Redirect } from "../../../ui/Redirect";

interface Props {
  range: Preset;
  children: ReactNode;
}

/** Its children, over `range` where the address does not say another one. */
export function OpensWith({ range, children }: Props) {
  const [params] = useSearchParams();
  const location = useLocation();
  if (hasRange(params)) return children;
  const search = new URLSearchParams(params);
  search.set("range", range);
  return <Redirect to={{ search: search.toString(), hash: location.hash }} />;
}

import { useComputedColorScheme } from "@mantine/core";
import type { Scheme } from "./palette";

export function useScheme(): Scheme {
  return useComputedColorScheme("light");
}

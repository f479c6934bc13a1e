/** The page of a prompt. Names may contain slashes. */
export function promptPath(name: string): string {
  return `/prompts/${encodeURIComponent(name)}`;
}

/** A path of this app to go to after signing in; anything that would leave it is answered with Overview. */
export function safeReturn(path: string | null): string {
  // "//host" and "/\host" are addresses of another host
  return path !== null && /^\/(?![/\\])/.test(path) && !path.startsWith("/sign-in") ? path : "/";
}

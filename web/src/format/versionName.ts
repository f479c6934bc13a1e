/** A version as people say it; programs may send any text as the version of a call. */
export function versionName(version: string | number | null): string {
  if (version === null) return "no version";
  return /^\d+$/.test(String(version)) ? `v${version}` : String(version);
}

/** The number of a version of the registry; null for others. */
export function versionNumber(version: string | null): number | null {
  return version !== null && /^\d{1,9}$/.test(version) ? Number(version) : null;
}

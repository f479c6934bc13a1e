const PARTS: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
};

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that clocks in `timeZone` are ahead of UTC at epoch milliseconds `at`. */
export function offsetMs(timeZone: string, at: number): number {
  return Date.parse(`${wallTime(at, timeZone).replace(" ", "T")}Z`) - Math.floor(at / 1000) * 1000;
}

/** What the clock on the wall shows: "2026-03-12 14:05:00". */
export function wallTime(at: number, timeZone: string): string {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", { ...PARTS, timeZone });
    formatters.set(timeZone, formatter);
  }
  const part = Object.fromEntries(formatter.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part["year"] ?? ""}-${part["month"] ?? ""}-${part["day"] ?? ""} ${part["hour"] ?? ""}:${part["minute"] ?? ""}:${part["second"] ?? ""}`;
}

/** The moment at which the wall clock shows `wall`; in the hour that daylight saving skips, the moment after it. */
export function momentOf(wall: string, timeZone: string): number {
  const asUtc = Date.parse(`${wall.replace(" ", "T")}Z`);
  const guess = asUtc - offsetMs(timeZone, asUtc);
  return asUtc - offsetMs(timeZone, guess);
}

/** Every zone this browser knows, by its present name, UTC first. */
export function timeZones(): string[] {
  const known = Intl.supportedValuesOf("timeZone").map((zone) => RENAMED[zone] ?? zone);
  return ["UTC", ...[...new Set(known)].filter((zone) => zone !== "UTC").sort()];
}

/** Browsers keep the names of 1993; people look for those of today. */
const RENAMED: Record<string, string> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Coral_Harbour": "America/Atikokan",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

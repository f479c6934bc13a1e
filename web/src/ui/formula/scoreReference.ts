const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A score as formulas spell it: score.rating, score."odd name". A quote inside is doubled. */
export function scoreReference(name: string): string {
  return PLAIN.test(name) ? `score.${name}` : `score."${name.replaceAll('"', '""')}"`;
}

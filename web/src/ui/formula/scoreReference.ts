/** A score as formulas spell it: score.rating, score."odd name". */
export function scoreReference(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `score.${name}` : `score."${name}"`;
}

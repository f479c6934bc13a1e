/** What is wrong with a price that a person typed, null when nothing is. Prices are USD for a million tokens. */
export function priceError(text: string, required: boolean): string | null {
  if (text.trim() === "") return required ? "Enter US dollars for a million tokens" : null;
  if (!/^\d+(\.\d+)?$/.test(text.trim())) return "Enter a number such as 0.25";
  return null;
}

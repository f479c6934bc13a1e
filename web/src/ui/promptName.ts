/** A prompt as people read it; calls may come without one. */
export function promptName(prompt: string | null): string {
  return prompt ?? "no prompt";
}

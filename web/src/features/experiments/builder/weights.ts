/** Weights are percents with one decimal; inside here they are counted in tenths, so that sums are exact. */
const WHOLE = 1000;
/** No variant goes below a tenth of a percent: one that nobody gets measures nothing. */
const LEAST = 1;

/** Equal parts of 100; what does not divide goes to the first. */
export function equalWeights(count: number): number[] {
  return shared(
    WHOLE,
    Array.from({ length: count }, () => 1),
  ).map(percent);
}

/** The weights with one of them set to `weight`, the others changed in proportion. They always sum to 100. */
export function rebalanced(weights: readonly number[], index: number, weight: number): number[] {
  if (weights.length < 2) return weights.map(() => 100);
  const most = WHOLE - LEAST * (weights.length - 1);
  const own = Math.min(Math.max(LEAST, tenths(weight)), most);
  const others = weights.filter((_, other) => other !== index).map(tenths);
  const rest = shared(WHOLE - own, others);
  return weights.map((_, place) => percent(place === index ? own : (rest[place < index ? place : place - 1] ?? 0)));
}

/** The weights with one more, which gets an equal part; equal weights stay equal. */
export function withOneMore(weights: readonly number[]): number[] {
  const count = weights.length + 1;
  if (isEqual(weights)) return equalWeights(count);
  return rebalanced([...weights, 0], weights.length, 100 / count);
}

/** The weights without one; the others keep their proportions. */
export function withoutOne(weights: readonly number[], index: number): number[] {
  if (isEqual(weights)) return equalWeights(weights.length - 1);
  const others = weights.filter((_, other) => other !== index).map(tenths);
  return shared(WHOLE, others).map(percent);
}

export function isEqual(weights: readonly number[]): boolean {
  const equal = equalWeights(weights.length);
  return weights.every((weight, index) => Math.abs(weight - (equal[index] ?? 0)) < 0.15);
}

/** `total` tenths cut in proportion to `parts`, each at least LEAST; the largest remainders get what is left over. */
function shared(total: number, parts: readonly number[]): number[] {
  const sum = parts.reduce((all, part) => all + part, 0);
  const spare = total - LEAST * parts.length;
  const exact = parts.map((part) => {
    const share = sum === 0 ? total / parts.length : (total * part) / sum;
    return Math.max(0, share - LEAST);
  });
  // those that were lifted to LEAST took from the others: scale what is above it
  const above = exact.reduce((all, part) => all + part, 0);
  const scaled = exact.map((part) => (above === 0 ? spare / parts.length : (part * spare) / above));
  const floors = scaled.map(Math.floor);
  let left = spare - floors.reduce((all, part) => all + part, 0);
  const byRemainder = scaled
    .map((part, index) => ({ index, remainder: Math.round((part - Math.floor(part)) * 1e6) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder) {
    if (left === 0) break;
    floors[index] = (floors[index] ?? 0) + 1;
    left -= 1;
  }
  return floors.map((part) => part + LEAST);
}

function tenths(weight: number): number {
  return Math.round(weight * 10);
}

function percent(tenth: number): number {
  return tenth / 10;
}

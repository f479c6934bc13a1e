type Work = () => void;

const queue = new Set<Work>();
let frame: number | null = null;

/** Draws at once when nothing else waits, else in a frame of its own: the first chart of a page shows before the last is drawn.
 * Returns what takes the work back. */
export function drawInTurn(work: Work): () => void {
  if (frame === null) {
    work();
    frame = requestAnimationFrame(next);
  } else {
    queue.add(work);
  }
  return () => queue.delete(work);
}

function next() {
  frame = null;
  const [first] = queue;
  if (first === undefined) return;
  queue.delete(first);
  frame = requestAnimationFrame(next);
  first();
}

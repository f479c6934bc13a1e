import { useEffect, useRef, useState } from "react";

/** Begins a little before it is scrolled into sight. */
const MARGIN = "400px";

/** Whether an element has been near the part of the page that is seen. */
export function useSeen<Node extends Element>() {
  const ref = useRef<Node>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const node = ref.current;
    if (seen || node === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(node);
    return () => {
      observer.disconnect();
    };
  }, [seen]);
  return { ref, seen };
}

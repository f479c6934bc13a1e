import { Button } from "@mantine/core";
import { useEffect, useEffectEvent, useRef } from "react";
import classes from "./Calls.module.css";
import { PAGE } from "./useCalls";

interface Props {
  loading: boolean;
  onReach: () => void;
}

/** The end of what is loaded: reaching it, or the button, loads on. */
export function LoadMore({ loading, onReach }: Props) {
  const node = useRef<HTMLDivElement>(null);
  const reached = useEffectEvent(() => {
    if (!loading) onReach();
  });
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) reached();
    });
    if (node.current) observer.observe(node.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={node} className={classes["more"]}>
      <Button size="compact-xs" variant="subtle" color="gray" loading={loading} onClick={onReach}>
        Load {PAGE} more
      </Button>
    </div>
  );
}

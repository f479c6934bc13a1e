import { Button, CopyButton as Copied } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** Copies `text`; says so when done. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  return (
    <Copied value={text} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        >
          <span aria-live="polite">{copied ? "Copied" : label}</span>
        </Button>
      )}
    </Copied>
  );
}

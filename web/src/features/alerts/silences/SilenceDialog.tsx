import { Modal } from "@mantine/core";
import { SilenceForm } from "./SilenceForm";
import type { SilenceValues } from "./values";

interface Props {
  begin: SilenceValues;
  onClose: () => void;
}

/** Makes a silence or a maintenance window. */
export function SilenceDialog({ begin, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} size="lg" title="Keep alerts quiet">
      <SilenceForm begin={begin} onDone={onClose} />
    </Modal>
  );
}

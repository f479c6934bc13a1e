import { Button, Group, Modal, Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { FormError } from "../../../ui/FormError";
import { DraftFields } from "./DraftFields";
import type { PromptValues } from "./usePromptForm";

interface Props {
  title: string;
  /** On the button that sends it. */
  action: string;
  form: UseFormReturnType<PromptValues>;
  /** Whether it is the first version of its prompt. */
  first: boolean;
  sending: boolean;
  /** What no field shows. */
  error: Error | null;
  onSubmit: (values: PromptValues) => void;
  onClose: () => void;
  /** Fields before those that every version has. */
  children?: ReactNode;
}

/** Where a version is written. What was written is not lost by a click beside it. */
export function DraftDialog({ title, action, form, first, sending, error, onSubmit, onClose, children }: Props) {
  const narrow = useMediaQuery("(max-width: 47.99em)");
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={760}
      fullScreen={narrow}
      closeOnClickOutside={!form.isDirty()}
      closeOnEscape={!form.isDirty()}
    >
      <form onSubmit={form.onSubmit(onSubmit)} noValidate>
        <Stack gap="md">
          {children}
          <DraftFields form={form} first={first} />
          <FormError error={error} fields={[]} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={sending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

import { Button, FileButton, NativeSelect } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useState, type DragEvent } from "react";
import { useValues } from "../../api/useValues";
import { FormError } from "../../ui/FormError";
import classes from "./Costs.module.css";
import type { Reconciliations } from "./useReconciliations";

interface Props {
  compare: Reconciliations["compare"];
  /** The comparison's id. */
  onCompared: (id: string) => void;
}

/** Takes a CSV, dropped or picked. */
export function BillDrop({ compare, onCompared }: Props) {
  const { data: providers = [] } = useValues("provider");
  const [provider, setProvider] = useState("");
  const [over, setOver] = useState(false);
  const send = (file: File | null | undefined) => {
    if (file === null || file === undefined) return;
    compare.mutate({ file, provider: provider === "" ? null : provider }, { onSuccess: ({ id }) => onCompared(id) });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    send(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={classes["drop"]}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      Drop a CSV here, or choose it.
      <div className={classes["choices"]}>
        <NativeSelect
          size="xs"
          label="Compare with calls of"
          value={provider}
          onChange={(event) => setProvider(event.currentTarget.value)}
          data={[
            { value: "", label: "Every provider" },
            ...providers.filter((one) => one !== null).map((one) => ({ value: one, label: one })),
          ]}
        />
        <FileButton accept=".csv,text/csv" onChange={send}>
          {(props) => (
            <Button
              {...props}
              size="xs"
              variant="default"
              loading={compare.isPending}
              leftSection={<IconFileUpload size={15} aria-hidden />}
            >
              Choose a CSV
            </Button>
          )}
        </FileButton>
      </div>
      <FormError error={compare.error} fields={[]} />
    </div>
  );
}

import { Button, Group, SimpleGrid, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import type { NewPrice, Price } from "../../api/types";
import { wallTime } from "../../format/zone";
import { useClock } from "../../state/ClockContext";
import { useProject } from "../../state/ProjectContext";
import { errorAtField } from "../../ui/errorAtField";
import { FormError } from "../../ui/FormError";
import { priceError } from "./price";
import classes from "./Settings.module.css";
import { useSettingsChange } from "./useSettingsChange";

interface Values {
  provider: string;
  model: string;
  valid_from: string;
  input_usd_per_mtok: string;
  output_usd_per_mtok: string;
  cached_input_usd_per_mtok: string;
  cache_write_usd_per_mtok: string;
}

interface Props {
  /** To begin with. */
  provider: string;
  model: string;
  onAdded?: () => void;
}

/** Adds a price of a model. */
export function PriceForm({ provider, model, onAdded }: Props) {
  const { id } = useProject();
  const { now } = useClock();
  const add = useSettingsChange<Price>("prices");
  const form = useForm<Values>({
    mode: "controlled",
    initialValues: {
      provider,
      model,
      valid_from: wallTime(now, "UTC").slice(0, 10),
      input_usd_per_mtok: "",
      output_usd_per_mtok: "",
      cached_input_usd_per_mtok: "",
      cache_write_usd_per_mtok: "",
    },
    validateInputOnChange: true,
    validate: {
      provider: (text) => (text.trim() === "" ? "Name the provider, such as openai" : null),
      model: (text) => (text.trim() === "" ? "Name the model as the calls do" : null),
      valid_from: (text) => (text === "" ? "Choose the first day" : null),
      input_usd_per_mtok: (text) => priceError(text, true),
      output_usd_per_mtok: (text) => priceError(text, true),
      cached_input_usd_per_mtok: (text) => priceError(text, false),
      cache_write_usd_per_mtok: (text) => priceError(text, false),
    },
  });
  const submit = (values: Values) =>
    add.mutate(
      { path: `/projects/${id}/prices`, method: "POST", body: bodyOf(values) },
      {
        onSuccess: (price) => {
          notifications.show({ message: `Price of ${price.model} added` });
          form.reset();
          onAdded?.();
        },
        onError: (error) => errorAtField(form, error),
      },
    );
  return (
    <form className={classes["form"]} style={{ maxWidth: "none" }} onSubmit={form.onSubmit(submit)}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
        <TextInput label="Provider" placeholder="openai" {...form.getInputProps("provider")} />
        <TextInput label="Model" placeholder="gpt-4o-mini" {...form.getInputProps("model")} />
        <TextInput type="date" label="From (UTC day)" {...form.getInputProps("valid_from")} />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
        <TextInput label="Input, $ per million" inputMode="decimal" {...form.getInputProps("input_usd_per_mtok")} />
        <TextInput label="Output, $ per million" inputMode="decimal" {...form.getInputProps("output_usd_per_mtok")} />
        <TextInput
          label="Cached input"
          placeholder="as input"
          inputMode="decimal"
          {...form.getInputProps("cached_input_usd_per_mtok")}
        />
        <TextInput
          label="Cache write"
          placeholder="as input"
          inputMode="decimal"
          {...form.getInputProps("cache_write_usd_per_mtok")}
        />
      </SimpleGrid>
      <FormError error={add.error} fields={Object.keys(form.values)} />
      <Group>
        <Button type="submit" size="xs" loading={add.isPending}>
          Add price
        </Button>
      </Group>
    </form>
  );
}

function bodyOf(values: Values): NewPrice {
  const { cached_input_usd_per_mtok: cached, cache_write_usd_per_mtok: write, ...needed } = values;
  return {
    ...needed,
    ...(cached.trim() === "" ? {} : { cached_input_usd_per_mtok: cached }),
    ...(write.trim() === "" ? {} : { cache_write_usd_per_mtok: write }),
  };
}

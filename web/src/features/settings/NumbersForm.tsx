import { ActionIcon, Button, Group, TextInput, VisuallyHidden } from "@mantine/core";
import { useForm } from "@mantine/form";
import { randomId } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { ApiError } from "../../api/client";
import { format } from "../../format/number";
import { FormError } from "../../ui/FormError";
import frame from "../../ui/Table.module.css";
import {
  MOST_SEEN,
  newRow,
  numbersIn,
  rowPath,
  rowProblems,
  rowsOf,
  shownText,
  withoutField,
  type Numbers,
  type SeenText,
  type TextRow,
} from "./scoreNumbers";
import classes from "./Settings.module.css";
import { useSaveNumbers } from "./useSaveNumbers";

interface Props {
  score: string;
  numbers: Numbers;
  seen: readonly SeenText[];
  /** How many submissions were looked at for texts. */
  looked: number;
}

/** A row for each text, and the number that it counts as. */
export function NumbersForm({ score, numbers, seen, looked }: Props) {
  const save = useSaveNumbers(score);
  const form = useForm<{ rows: TextRow[] }>({
    mode: "controlled",
    initialValues: { rows: rowsOf(numbers, seen) },
    validateInputOnChange: true,
    validate: ({ rows }) => rowProblems(rows),
    onValuesChange: () => {
      if (save.isError) save.reset();
    },
  });
  const { rows } = form.values;
  const submit = (values: typeof form.values) =>
    save.mutate(numbersIn(values.rows), {
      onSuccess: () => {
        form.resetDirty(values);
        notifications.show({ message: `Numbers of ${score} saved` });
      },
      onError: (error) => {
        const path = error instanceof ApiError ? rowPath(error.field, score, values.rows) : null;
        if (path !== null && error instanceof ApiError) {
          form.setFieldError(path, withoutField(error.message, error.field ?? ""));
        }
      },
    });
  const refused = save.error instanceof ApiError ? save.error.field : null;
  const without = seen.filter(({ text }) => !Object.hasOwn(numbers, text)).length;
  return (
    <form className={classes["numbers"]} onSubmit={form.onSubmit(submit)} noValidate>
      <table className={`${frame["table"]} ${classes["table"]}`}>
        <thead>
          <tr>
            <th scope="col">Text</th>
            <th scope="col" className={classes["number"]} style={{ width: 64 }}>
              Seen
            </th>
            <th scope="col">Number</th>
            <th scope="col" style={{ width: 44 }}>
              <VisuallyHidden>Remove</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => {
            const name = row.typed && row.text.trim() === "" ? "the new text" : `“${shownText(row.text)}”`;
            return (
              <tr key={row.key}>
                <td className={classes["wrap"]}>
                  {row.typed ? (
                    <TextInput
                      size="xs"
                      aria-label="Text"
                      placeholder="As it is sent"
                      {...form.getInputProps(`rows.${place}.text`)}
                    />
                  ) : (
                    shownText(row.text)
                  )}
                </td>
                <td className={classes["number"]}>{row.typed ? "" : format(row.seen, "count")}</td>
                <td>
                  <TextInput
                    size="xs"
                    aria-label={`Number for ${name}`}
                    placeholder="stays out"
                    {...form.getInputProps(`rows.${place}.number`)}
                  />
                </td>
                <td className={classes["number"]}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove ${name}`}
                    onClick={() => {
                      form.clearErrors();
                      form.removeListItem("rows", place);
                    }}
                  >
                    <IconTrash size={15} aria-hidden />
                  </ActionIcon>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className={classes["hint"]}>
        Seen in the newest {format(looked, "count")} submissions of this score.
        {without > MOST_SEEN &&
          ` Of ${format(without, "count")} texts without a number, the ${MOST_SEEN} most frequent are listed.`}
      </p>
      <FormError
        error={save.error}
        fields={refused !== null && rowPath(refused, score, rows) !== null ? [refused] : []}
      />
      <Group justify="space-between">
        <Button type="submit" size="xs" loading={save.isPending} disabled={!form.isDirty()}>
          Save numbers
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem("rows", newRow(randomId("row")))}
        >
          Add a text
        </Button>
      </Group>
    </form>
  );
}

import { useForm } from "@mantine/form";
import { ApiError } from "../../../api/client";
import type { PromptType } from "../../../api/types";
import { configError, contentError, type Draft } from "./draft";

export interface PromptValues extends Draft {
  name: string;
  type: PromptType;
  tags: string[];
}

/** The form of a prompt and of its next version: what is wrong is said while it is written. */
export function usePromptForm(initialValues: PromptValues) {
  const form = useForm<PromptValues>({
    mode: "controlled",
    initialValues,
    validateInputOnChange: true,
    validate: {
      name: (name) =>
        name.trim() === "" ? "Name it as your calls do" : name.length > 200 ? "At most 200 characters" : null,
      text: (_, values) => (values.type === "text" ? contentError(values, "text") : null),
      messages: (_, values) => (values.type === "chat" && values.json === null ? contentError(values, "chat") : null),
      json: (json, values) => (values.type === "chat" && json !== null ? contentError(values, "chat") : null),
      config: configError,
      environment: (name, { deploys }) => (deploys && name.trim() === "" ? "Name an environment" : null),
    },
  });
  /** Shows what the API refused at the field it is about. Answers whether there is one. */
  const refused = (error: unknown): boolean => {
    const field = error instanceof ApiError ? formField(error.field, form.values) : null;
    if (field !== null && error instanceof ApiError) form.setFieldError(field, error.message);
    return field !== null;
  };
  return { form, refused };
}

/** The field of the form for a field of the API, such as "content.1.role"; null where the form has none. */
export function formField(field: string | null, values: Pick<PromptValues, "type" | "json">): string | null {
  const [root = ""] = (field ?? "").split(".");
  if (root === "content") return values.type === "text" ? "text" : values.json === null ? "messages" : "json";
  if (root === "deploy_to") return "environment";
  return ["name", "tags", "config", "message"].includes(root) ? root : null;
}

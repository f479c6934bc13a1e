import { ApiError } from "../api/client";

interface Form {
  setFieldError: (field: string, message: string) => void;
}

/** Shows what the API refused at the field it names; FormError shows the rest. */
export function errorAtField(form: Form, error: unknown): void {
  if (error instanceof ApiError && error.field !== null) form.setFieldError(error.field, error.message);
}

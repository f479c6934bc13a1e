import type { UseFormReturnType } from "@mantine/form";
import type { ExperimentValues } from "./values";

export type ExperimentFormState = UseFormReturnType<ExperimentValues>;

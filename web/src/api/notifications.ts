/** Shapes of the API of notifications. */
import type { components } from "./openapi";

export type Notice = components["schemas"]["NotificationOut"];

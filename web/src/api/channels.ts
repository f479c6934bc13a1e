/** Shapes of the API of channels and deliveries. */
import type { components } from "./openapi";

type Schemas = components["schemas"];

export type Channel = Schemas["ChannelOut"];
export type ChannelMade = Schemas["ChannelMade"];
export type NewChannel = Schemas["ChannelIn"];
export type ChangedChannel = Schemas["ChannelPatch"];
export type ChannelKind = Channel["kind"];
export type Severity = Channel["severities"][number];
export type Tested = Schemas["TestOut"];
export type Routing = Schemas["Routing"];
export type Delivery = Schemas["DeliveryOut"];

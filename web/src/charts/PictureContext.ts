import { createContext, type RefObject } from "react";

export interface ChartPicture {
  /** The chart as a PNG data address. */
  png: (background: string) => string;
}

/** Where a chart puts its picture, for the menu of the panel around it. */
export const PictureContext = createContext<RefObject<ChartPicture | null> | null>(null);

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Devices } from "../data/device";
import type { Page } from "../data/report";

export interface View {
  page: Page;
  devices: Devices;
  /** On paper there is nothing to press: tables are longer, and what is folded is open. */
  printing: boolean;
}

export const ViewContext = createContext<View | undefined>(undefined);

export function useView(): View {
  const view = useContext(ViewContext);
  if (!view) throw new Error("outside of a page");
  return view;
}

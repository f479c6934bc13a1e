import { downloadAddress } from "../../ui/download";
import type { Sink } from "./exportFile";

interface FileHandle {
  createWritable: () => Promise<{
    write: (piece: Uint8Array<ArrayBuffer>) => Promise<void>;
    close: () => Promise<void>;
    abort: () => Promise<void>;
  }>;
}

type Picker = (options: { suggestedName: string }) => Promise<FileHandle>;

/** Whether the browser can write a file while it arrives; others keep it in memory until it is whole. */
export function streamsToDisk(): boolean {
  return "showSaveFilePicker" in window && !navigator.webdriver;
}

/** A file on disk, chosen by the person; null when none was chosen. */
export async function sinkFor(name: string, type: string): Promise<Sink | null> {
  if (!streamsToDisk()) return inMemory(name, type);
  const pick = (window as unknown as { showSaveFilePicker: Picker }).showSaveFilePicker;
  try {
    return await (await pick({ suggestedName: name })).createWritable();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}

function inMemory(name: string, type: string): Sink {
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  return {
    write: (piece) => {
      pieces.push(piece);
      return Promise.resolve();
    },
    close: () => {
      const address = URL.createObjectURL(new Blob(pieces, { type }));
      downloadAddress(name, address);
      URL.revokeObjectURL(address);
      return Promise.resolve();
    },
    abort: () => {
      pieces = [];
      return Promise.resolve();
    },
  };
}

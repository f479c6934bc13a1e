import { notifications } from "@mantine/notifications";

/** Copies the address of the part `id` of this page, and says so. */
export async function copyLink(id: string, title: string): Promise<void> {
  const address = new URL(window.location.href);
  address.hash = id;
  try {
    await navigator.clipboard.writeText(address.toString());
    notifications.show({ message: `Link to ${title} copied` });
  } catch {
    notifications.show({ message: `The browser does not let pages copy. The link: ${address.toString()}` });
  }
}

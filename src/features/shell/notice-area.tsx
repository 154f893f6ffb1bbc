import { lazy, Suspense, useState } from "react";
import { useStore } from "zustand";
import { useApp } from "../../ui/app-context.ts";
import { noticed } from "./noticed.ts";

// With what writes them, so that a notice needs no server any more.
const Notifications = lazy(() => Promise.all([import("@mantine/notifications"), import("./notices.tsx")]).then(([{ Notifications }]) => ({ default: Notifications })));

/** Where notices come up. Loaded with the first of them, or with the first repository: its panes have some of their own. */
export function NoticeArea() {
  const { document } = useApp();
  const isOpen = useStore(document, (state) => state.origin !== null);
  const any = useStore(noticed);
  const [needed, setNeeded] = useState(false);
  if ((isOpen || any) && !needed) setNeeded(true);
  return needed && (
    <Suspense fallback={null}>
      <Notifications position="bottom-right" limit={4} />
    </Suspense>
  );
}

import { useEffect } from "react";

/** Where the focus was before the first of the components that are there. */
let before: Element | null = null;

/** Gives the focus back to where it was before the component came, when it goes and leaves the focus nowhere. For one of several dialogs in a row too. */
export function useReturnedFocus(): void {
  useEffect(() => {
    if (!isNowhere(document.activeElement)) before = document.activeElement;
    return () => {
      // What the component leaves behind is gone only after this.
      setTimeout(() => {
        if (isNowhere(document.activeElement) && before instanceof HTMLElement && before.isConnected) before.focus();
      });
    };
  }, []);
}

function isNowhere(element: Element | null): boolean {
  return element === null || element === document.body;
}

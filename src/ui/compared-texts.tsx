import { useEffect, useRef } from "react";
import type { ComparedTexts as Compared } from "./merge-view.ts";

interface Props extends Pick<Compared, "theirs" | "mine" | "unified"> {
  /** What screen readers call either side. */
  readonly left: string;
  readonly right: string;
  readonly className?: string | undefined;
}

/** Two texts and what differs between them, read only. The editor comes when it is looked at. */
export function ComparedTexts({ theirs, mine, unified, left, right, className }: Props) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let close: (() => void) | undefined;
    let gone = false;
    void import("./merge-view.ts").then(({ showTexts }) => {
      if (!gone && parent.current !== null) close = showTexts(parent.current, { mine, theirs, unified, labels: { theirs: left, mine: right } });
    });
    return () => {
      gone = true;
      close?.();
    };
  }, [mine, theirs, unified, left, right]);
  return <div ref={parent} className={className} />;
}

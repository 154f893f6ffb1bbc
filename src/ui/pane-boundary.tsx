import { Component, Suspense, type ReactNode } from "react";
import { Button, Loader } from "@mantine/core";
import { textOf } from "../base/errors.ts";
import { shellMessages } from "./catalogue/shell.messages.ts";
import { useMessages } from "./catalogue/section.ts";
import { PaneNotice } from "./pane-notice.tsx";

// React offers no function for this.
class Catcher extends Component<{ readonly children: ReactNode }, { thrown: unknown; failed: boolean }> {
  override state = { thrown: undefined, failed: false };

  static getDerivedStateFromError(thrown: unknown) {
    return { thrown, failed: true };
  }

  again = (): void => this.setState({ thrown: undefined, failed: false });

  override render() {
    return this.state.failed ? <FailedPane thrown={this.state.thrown} again={this.again} /> : this.props.children;
  }
}

function FailedPane({ thrown, again }: { thrown: unknown; again: () => void }) {
  const t = useMessages(shellMessages);
  const button = (
    <Button variant="default" onClick={again}>
      {t("again")}
    </Button>
  );
  return (
    <div role="alert" style={{ height: "100%" }}>
      <PaneNotice action={button}>{t("crashed", { message: textOf(thrown) })}</PaneNotice>
    </div>
  );
}

/** Keeps the failure of one pane from taking the window with it, and shows a spinner, or `loading`, while the pane's code is on its way. */
export function PaneBoundary({ loading, children }: { loading?: ReactNode; children: ReactNode }) {
  const t = useMessages(shellMessages);
  return (
    <Catcher>
      <Suspense fallback={loading === undefined ? <PaneNotice icon={<Loader size="sm" />}>{t("loading")}</PaneNotice> : loading}>{children}</Suspense>
    </Catcher>
  );
}

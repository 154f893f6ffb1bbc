import { SegmentedControl, Text } from "@mantine/core";
import { useId, useState } from "react";
import type { V2Server } from "../../state/servers.ts";
import { serverMessages } from "../../ui/catalogue/servers.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import { ConfigComparison } from "./config-comparison.tsx";
import type { IndexRow } from "./index-rows.ts";
import { StatisticsView } from "./statistics-view.tsx";
import classes from "./servers.module.css";

const PARTS = ["statistics", "configuration"] as const;

/** A model of a server: what it did over time, and its configuration beside that of the open repository. */
export function ModelDetails({ server, row: { name, state } }: { readonly server: V2Server; readonly row: IndexRow }) {
  const t = useMessages(serverMessages);
  const id = useId();
  const [part, setPart] = useState<(typeof PARTS)[number]>("statistics");
  return (
    <section className={classes.details} aria-labelledby={id} data-testid="server-model">
      <div className={classes.detailsHead}>
        <h3 id={id} className={classes.modelName}>{name}</h3>
        <SegmentedControl
          aria-label={t("about")}
          value={part}
          onChange={(value) => setPart(value as typeof part)}
          data={PARTS.map((each) => ({ value: each, label: t(each) }))}
        />
      </div>
      {part === "statistics" && state !== "READY" && <Text size="sm">{t("notLoaded", { model: name })}</Text>}
      {part === "statistics" && state === "READY" && <StatisticsView server={server} model={name} />}
      {part === "configuration" && <ConfigComparison server={server} model={name} loaded={state === "READY"} />}
    </section>
  );
}

import { Menu } from "@mantine/core";
import { outlineMessages } from "../../ui/catalogue/outline.messages.ts";
import { useMessages, type Translate } from "../../ui/catalogue/section.ts";
import { ACTION_KEYS, type OutlineAction } from "./actions.ts";
import type { OutlineRow } from "./rows.ts";
import classes from "./outline.module.css";

interface Props {
  readonly row: OutlineRow;
  /** Where it was asked for, within the outline. */
  readonly at: { readonly x: number; readonly y: number };
  readonly actions: readonly OutlineAction[];
  onChoose(action: OutlineAction): void;
  onClose(): void;
}

/** What can be done with a row, and the keys that do it without this list. */
export function RowMenu({ row, at: { x, y }, actions, onChoose, onClose }: Props) {
  const t = useMessages(outlineMessages);
  const title = actions.length === 0 ? t("nothingToDo", { name: row.label }) : t("actionsOf", { name: row.label });
  return (
    <Menu opened onClose={onClose} position="bottom-start" returnFocus={false} withInitialFocusPlaceholder={false} withinPortal>
      <Menu.Target>
        <button type="button" tabIndex={-1} className={classes.anchor} style={{ left: x, top: y }} aria-label={title} />
      </Menu.Target>
      <Menu.Dropdown data-testid="outline-menu" mah={360} style={{ overflow: "auto" }}>
        <Menu.Label className={classes.menuTitle}>{title}</Menu.Label>
        {actions.map((action) => (
          <Menu.Item key={action} color={action === "remove" ? "var(--conch-error)" : undefined} rightSection={<Keys action={action} />} onClick={() => onChoose(action)}>
            {actionText(action, row, t)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Keys({ action }: { action: OutlineAction }) {
  const key = ACTION_KEYS[action];
  return key === undefined ? null : <span className={classes.keys}>{key}</span>;
}

function actionText(action: OutlineAction, { subject }: OutlineRow, t: Translate<keyof (typeof outlineMessages)["en"]>): string {
  switch (action) {
    case "fix":
      return t("fix", { title: subject.kind === "finding" ? (subject.finding.fix?.title ?? "") : "" });
    case "expose":
      return t(subject.kind === "port" && subject.side === "in" ? "exposeInput" : "exposeOutput");
    case "version":
      return t("setVersion");
    default:
      return t(action);
  }
}

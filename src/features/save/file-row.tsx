import { Checkbox, Radio, UnstyledButton } from "@mantine/core";
import { canTake, type SaveChoice, type SaveItem } from "../../state/save-plan.ts";
import { saveMessages } from "../../ui/catalogue/save.messages.ts";
import { useMessages } from "../../ui/catalogue/section.ts";
import classes from "./save.module.css";

interface FileRowProps {
  readonly item: SaveItem;
  readonly choice: SaveChoice;
  /** Its texts are the ones on screen. */
  readonly shown: boolean;
  onShow(): void;
  onChoose(choice: SaveChoice): void;
}

/** A file of the list: whether it is written, or, where the folder's was changed too, which one stays. */
export function FileRow({ item, choice, shown, onShow, onChoose }: FileRowProps) {
  const t = useMessages(saveMessages);
  const { path, conflict } = item;
  return (
    <li className={classes.row} data-shown={shown} data-testid={`save-${path}`}>
      <div className={classes.file}>
        {!conflict && (
          <Checkbox size="xs" checked={choice === "mine"} aria-label={t("write", { path })} onChange={(event) => onChoose(event.currentTarget.checked ? "mine" : "leave")} />
        )}
        <UnstyledButton className={classes.path} aria-label={t("showDiff", { path })} aria-pressed={shown} onClick={onShow}>
          {path}
        </UnstyledButton>
        <span className={classes.kind} data-conflict={conflict}>
          {t(conflict ? "conflict" : kindOf(item))}
        </span>
      </div>
      {conflict && (
        <Radio.Group value={choice} onChange={(value) => onChoose(value as SaveChoice)} label={<span className="visually-hidden">{t("choice", { path })}</span>}>
          <div className={classes.choices}>
            <Radio size="xs" value="mine" label={t("mine")} />
            {canTake(item) && <Radio size="xs" value="theirs" label={t("theirs")} />}
            <Radio size="xs" value="leave" label={t("leave")} />
          </div>
        </Radio.Group>
      )}
    </li>
  );
}

function kindOf({ mine, theirs }: SaveItem): "new" | "changed" | "removed" | "added" {
  if (mine === null) return "removed";
  if (typeof mine !== "string") return "added";
  return theirs === null ? "new" : "changed";
}

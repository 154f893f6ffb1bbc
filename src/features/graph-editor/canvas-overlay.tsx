import type { OpenModel } from "../../state/open-model.ts";
import type { Canvas } from "./canvas.ts";
import { CanvasMenu } from "./canvas-menu.tsx";
import type { Overlay } from "./canvas-verbs.ts";
import { ConnectMenu } from "./connect-menu.tsx";
import { RenameBox } from "./rename-box.tsx";
import { StepChooser } from "./step-chooser.tsx";

/** The menu, list or box that stands over the canvas. The focus goes back to where it came from. */
export function CanvasOverlay({ canvas, overlay, model, onClose }: { canvas: Canvas; overlay: Overlay; model: OpenModel; onClose(): void }) {
  const { spot } = overlay;
  const verbs = canvas.getState().verbs;
  if (verbs === null) return null;
  const close = (): void => {
    onClose();
    spot.from?.focus({ preventScroll: true });
  };
  switch (overlay.kind) {
    case "menu":
      return <CanvasMenu target={overlay.target} spot={spot} model={model} onChoose={(action) => verbs.perform(action, overlay.target, spot)} onClose={close} />;
    case "connect":
      return <ConnectMenu port={overlay.port} spot={spot} model={model} onChoose={(port) => verbs.connect(overlay.port, port)} onClose={close} />;
    case "steps": {
      const { port, tensor } = overlay;
      return (
        <StepChooser
          {...(port !== undefined && { port })}
          {...(tensor !== undefined && { tensor })}
          spot={spot}
          model={model}
          onChoose={(name) => {
            close();
            verbs.addStep(name, spot, { ...(port !== undefined && { port }), ...(tensor !== undefined && { tensor }) });
          }}
          onExpose={() => {
            close();
            if (port !== undefined) verbs.expose(port, spot);
          }}
          onClose={close}
        />
      );
    }
    case "rename":
      return <RenameBox renamed={overlay.renamed} spot={spot} model={model} onRename={(to) => verbs.rename(overlay.renamed, to)} onClose={close} />;
  }
}

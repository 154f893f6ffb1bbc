import { afterEach, describe, expect, it } from "vitest";
import { heldWorkspaces, holdWorkspace, listenForPeers, whenReleased, type WorkspaceHold, type WorkspacePeers } from "./workspace-lock.ts";

const holds: (WorkspaceHold | undefined)[] = [];
const peers: WorkspacePeers[] = [];

/** Another tab of the same browser: a frame has locks of its own, and gives them up when it is removed. */
async function otherTabHolds(id: string): Promise<HTMLIFrameElement> {
  const frame = document.createElement("iframe");
  document.body.append(frame);
  const { locks } = (frame.contentWindow as Window).navigator;
  await new Promise<void>((resolve) => {
    void locks
      .request(`conch-workspace-${id}`, () => {
        resolve();
        return new Promise(() => undefined);
      })
      // The frame goes with its lock.
      .catch(() => undefined);
  });
  return frame;
}

async function hold(id: string, patience = 0): Promise<WorkspaceHold | undefined> {
  const got = await holdWorkspace(id, patience);
  holds.push(got);
  return got;
}

afterEach(() => {
  for (const each of holds.splice(0)) each?.release();
  for (const each of peers.splice(0)) each.close();
  for (const frame of document.querySelectorAll("iframe")) frame.remove();
});

describe("a workspace", () => {
  it("is held by one tab, and by the next one once it is released", async () => {
    const first = await hold("a", 50);
    expect(first?.id).toBe("a");
    expect([...(await heldWorkspaces())]).toContain("a");
    expect(await hold("a", 50)).toBeUndefined();
    expect(await hold("b", 50)).toMatchObject({ id: "b" });
    first?.release();
    expect(await hold("a", 2000)).toMatchObject({ id: "a" });
  });

  it("is free again when the tab that held it is gone", async () => {
    const other = await otherTabHolds("c");
    expect(await hold("c", 50)).toBeUndefined();
    other.remove();
    expect(await hold("c", 5000)).toMatchObject({ id: "c" });
  });

  it("comes to a tab that waits for its own former page", async () => {
    const former = await hold("d", 50);
    const waiting = hold("d", 5000);
    former?.release();
    expect(await waiting).toMatchObject({ id: "d" });
  });

  it("that another tab gives up is told to those who wait, and stays free for who takes it", async () => {
    const other = await otherTabHolds("e");
    let released = false;
    const waiting = whenReleased("e", new AbortController().signal).then(() => (released = true));
    expect(await hold("e", 50)).toBeUndefined();
    expect(released).toBe(false);
    other.remove();
    await waiting;
    expect(await hold("e", 2000)).toMatchObject({ id: "e" });
  });

  it("of the same repository in another tab is told to the tabs it concerns, and to no others", async () => {
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      peers.push(listenForPeers(() => undefined, () => told.push("nothing open")));
      peers.push(listenForPeers(() => "y", () => told.push("another repository")));
      peers.push(
        listenForPeers(
          () => "x",
          (id) => {
            told.push(id);
            resolve();
          },
        ),
      );
      const sender = listenForPeers(() => "z", () => told.push("the sender"));
      peers.push(sender);
      sender.announce("z", ["x", "w"]);
    });
    expect(told).toEqual(["z"]);
  });
});

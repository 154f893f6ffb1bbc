import type { AppPage } from "./fixtures/app.ts";
import { expect, test } from "./fixtures/app.ts";
import { serveFolder, type ServeProcess } from "./fixtures/conch-serve.ts";

// The samples of the application here, on a server, and mixed. A run on the software adapter and one on a single thread of WASM take their time.
test.setTimeout(600_000);

let server: ServeProcess | undefined;

test.afterEach(() => server?.kill());

interface Conch {
  readonly servers: { add(server: object): void };
  readonly session: {
    getState(): { readonly run: { readonly error: unknown; readonly result: { readonly outputs: Readonly<Record<string, unknown>>; readonly steps: readonly { readonly model: string; readonly placement: string }[] } | null } };
    execute(model: string, options: object): Promise<void>;
    read(handle: unknown): Promise<ArrayLike<number | bigint>>;
  };
}

/** Runs a model; the answer is where its steps ran. The outputs are kept in the page under `label`. */
function run({ page }: AppPage, model: string, where: unknown, label: string): Promise<Readonly<Record<string, string>>> {
  return page.evaluate(
    async ([target, at, name]) => {
      const { conch, kept = {} } = window as unknown as { conch: Conch; kept?: Record<string, Record<string, ArrayLike<number | bigint>>> };
      await conch.session.execute(target as string, { where: at, cache: false });
      const { result, error } = conch.session.getState().run;
      if (result === null) throw new Error(JSON.stringify(error));
      const outputs: Record<string, ArrayLike<number | bigint>> = {};
      for (const [output, handle] of Object.entries(result.outputs)) outputs[output] = await conch.session.read(handle);
      Object.assign(window, { kept: { ...kept, [name as string]: outputs } });
      return Object.fromEntries(result.steps.map((step) => [step.model, step.placement]));
    },
    [model, where, label],
  );
}

/** Largest absolute difference of each output between two runs. */
function differences({ page }: AppPage, a: string, b: string): Promise<Readonly<Record<string, number>>> {
  return page.evaluate(
    ([one, other]) => {
      const { kept } = window as unknown as { kept: Record<string, Record<string, ArrayLike<number | bigint>>> };
      return Object.fromEntries(
        Object.entries(kept[one!]!).map(([output, values]) => {
          const others = kept[other!]![output]!;
          if (others.length !== values.length) return [output, NaN];
          let most = 0;
          for (let index = 0; index < values.length; index++) most = Math.max(most, Math.abs(Number(values[index]) - Number(others[index])));
          return [output, most];
        }),
      );
    },
    [a, b],
  );
}

async function open(app: AppPage, sample: string, input: string, example: string): Promise<void> {
  const { page } = app;
  server = await serveFolder(`public/repositories/${sample}`);
  await app.open();
  await page.getByTestId(`sample-${sample}`).getByRole("button", { name: "Open" }).click();
  await app.idle();
  await page.getByTestId("tab-run").click();
  await page.getByTestId(`input-${input}`).getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: example }).click();
  await app.idle();
  await page.evaluate(
    (added) => (window as unknown as { conch: Conch }).conch.servers.add(added),
    { id: server.id, name: "Second", base: `/v2-proxy/${server.id}`, headers: {} },
  );
}

test("spleen_ct gives the same mask here, on a server, and with its network there", async ({ app }) => {
  await open(app, "spleen_ct", "IMAGE", "phantom_a.nii.gz");
  const { id } = server!;
  expect(await run(app, "spleen_ct", "browser", "here")).toMatchObject({ segmentation_3d: "gpu" });
  expect(await run(app, "spleen_ct", { models: { segmentation_3d: id } }, "mixed")).toMatchObject({ segmentation_3d: "server" });
  expect(await run(app, "spleen_ct", { whole: id }, "there")).toEqual({ spleen_ct: "server" });
  for (const other of ["mixed", "there"]) {
    const { MASK, CONTOUR, MASK_AFFINE } = await differences(app, "here", other);
    expect([MASK, CONTOUR]).toEqual([0, 0]);
    expect(MASK_AFFINE).toBeLessThanOrEqual(1e-4);
  }
});

test("image gives the same numbers here, on a server, and with its networks there", async ({ app }) => {
  await open(app, "image", "image", "harbour.jpg");
  const { id } = server!;
  await run(app, "image", "browser", "here");
  expect(await run(app, "image", { models: { classification_model: id, segmentation_model: id } }, "mixed")).toMatchObject({ classification_model: "server", segmentation_model: "server" });
  expect(await run(app, "image", { whole: id }, "there")).toEqual({ image: "server" });
  for (const other of ["mixed", "there"]) {
    for (const [output, most] of Object.entries(await differences(app, "here", other))) expect(most, output).toBeLessThanOrEqual(1e-4);
  }
});

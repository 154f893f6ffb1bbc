import { Document } from "yaml";
import type { Recipe } from "./recipe.ts";
import { tritonImage, type RecipeWishes } from "./recipe-wishes.ts";
import { tritonDockerfile } from "./triton-dockerfile.ts";
import { reservedGpus, tritonArguments } from "./triton-arguments.ts";
import type { ServerNeeds } from "./server-needs.ts";

/** What python processes hand tensors over in; each takes 1 MiB at least and grows. */
const SHARED_MEMORY = { python: "1gb", other: "256mb" };
/** Where compose finds the checkout of Conch, unless the environment says otherwise. */
const CONSOLE_SOURCE = "${CONCH_SOURCE:-./conch}";

/**
 * Triton with the repository, and beside it the console with its proxy, for `docker compose up`. All ports are those of this machine alone. Wishes have
 * no problem (see `wishProblems`).
 */
export function composeRecipe(needs: ServerNeeds, wishes: RecipeWishes): Recipe {
  const image = tritonImage(wishes.release, needs.variant);
  const derived = needs.packages.length > 0;
  const document = new Document({ name: wishes.name, services: { triton: triton(needs, wishes, image), console: consoleService(wishes) } });
  document.commentBefore = [
    ` docker compose up --build${derived ? "   builds Triton's image with the python packages first" : ""}`,
    ` http://localhost:${wishes.port}/${" ".repeat(10 - String(wishes.port).length)}the console, which knows the server as "triton"`,
    " CONCH_SOURCE                the checkout of Conch that the console is built from; ./conch when left out",
    " The model repository lies where the first volume's source says.",
  ].join("\n");
  return {
    files: [
      { name: "compose.yaml", text: document.toString({ lineWidth: 0 }) },
      ...(derived ? [tritonDockerfile(image, needs.packages)] : []),
    ],
    warnings: reservedGpus(needs, wishes).warnings,
  };
}

function triton(needs: ServerNeeds, wishes: RecipeWishes, image: string): object {
  const { gpus } = reservedGpus(needs, wishes);
  return {
    ...(needs.packages.length === 0 ? { image } : { build: { context: ".", dockerfile: "triton.Dockerfile" } }),
    command: ["tritonserver", ...tritonArguments("/models", needs, wishes), "--exit-on-error=false"].map(literal),
    volumes: [{ type: "bind", source: literal(wishes.folder), target: "/models", read_only: true, bind: { create_host_path: false } }],
    ports: ["127.0.0.1:8000:8000", "127.0.0.1:8001:8001", "127.0.0.1:8002:8002"],
    shm_size: needs.usesPython ? SHARED_MEMORY.python : SHARED_MEMORY.other,
    ulimits: { memlock: -1, stack: 67108864 },
    healthcheck: { test: ["CMD", "curl", "-fsS", "http://localhost:8000/v2/health/ready"], interval: "10s", timeout: "5s", retries: 3, start_period: "2m" },
    ...(gpus !== 0 && { deploy: { resources: { reservations: { devices: [{ driver: "nvidia", count: gpus, capabilities: ["gpu"] }] } } } }),
    restart: "unless-stopped",
  };
}

/** The console binds to all addresses of its container; what reaches those is what `ports` lets through. */
function consoleService({ port }: RecipeWishes): object {
  return {
    build: { context: CONSOLE_SOURCE, dockerfile_inline: consoleDockerfile() },
    environment: { CONCH_SERVERS: "triton=http://triton:8000" },
    ports: [`127.0.0.1:${port}:4173`],
    depends_on: { triton: { condition: "service_started" } },
    healthcheck: { test: ["CMD", "node", "-e", "fetch('http://localhost:4173/v2-proxy/').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"], interval: "30s", timeout: "5s", retries: 3 },
    restart: "unless-stopped",
  };
}

/** The console refuses a Host that is neither localhost, nor an address, nor the container's own name (DNS rebinding). */
function consoleDockerfile(): string {
  return `FROM node:22-slim
WORKDIR /conch
COPY package.json package-lock.json index.html vite.config.ts LICENSE ./
COPY src src
COPY public public
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build
USER node
EXPOSE 4173
# It answers to localhost, to addresses and to the container's own name: for another name give the service that name as its hostname.
CMD ["node", "src/server/start.mjs", "--host", "0.0.0.0", "--port", "4173", "--no-open"]
`;
}

/** A text that compose takes as it is, not for variables in it. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/// <reference lib="webworker" />
import { createRuntimeHost } from "./host.ts";

declare const self: DedicatedWorkerGlobalScope;

const host = createRuntimeHost((message, transfer) => self.postMessage(message, transfer ?? []));
self.onmessage = (event: MessageEvent) => host.receive(event.data);

// For diagnosis from the console, and for tests that take the device away in mid-run.
Object.assign(self, { conch: host });

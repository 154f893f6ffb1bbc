import type { ReactNode } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";

/**
 * What servers said, one cache for the window. Nothing is asked while the page is hidden or nobody looks, and a failure is not hidden by
 * trying again at once: the next poll does.
 */
const queryClient = new QueryClient({
  defaultOptions: {
    // A server on this machine is there without a network.
    queries: { retry: false, networkMode: "always", structuralSharing: false },
    mutations: { retry: false, networkMode: "always", gcTime: Infinity },
  },
});

/** Lets its children ask servers. */
export function Queries({ children }: { readonly children: ReactNode }) {
  return <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
}

/** Forgets all that a server said, so that it is asked anew. */
export function forgetAnswers(server: string): void {
  void queryClient.resetQueries({ queryKey: [server] });
}

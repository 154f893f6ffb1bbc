/** Browsers by the word in their user agent, the more particular first: Edge and Opera say Chrome too, and Chrome says Safari. */
const BROWSERS = [
  ["Edg", "Edge"],
  ["OPR", "Opera"],
  ["Firefox", "Firefox"],
  ["HeadlessChrome", "Chromium"],
  ["Chrome", "Chromium"],
  ["Version", "Safari"],
] as const;

/** A browser's name and main version by its user agent: "Chromium 140"; the user agent itself where it is of none that Conch knows. */
export function browserName(userAgent: string): string {
  for (const [word, name] of BROWSERS) {
    const version = new RegExp(`\\b${word}/(\\d+)`).exec(userAgent)?.[1];
    if (version !== undefined) return `${name} ${version}`;
  }
  return userAgent;
}

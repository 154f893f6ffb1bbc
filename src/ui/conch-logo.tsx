/** The mark of the application: a shell whose chambers are a pipeline. Decorative. */
export function ConchLogo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true" style={{ flex: "none" }}>
      <path
        d="M12 21.5C6.5 21.5 2.5 17.6 2.5 12.4 2.5 6.9 6.8 2.5 12.3 2.5c4.6 0 8.2 3.4 8.2 7.8 0 3.7-2.9 6.6-6.5 6.6-2.9 0-5.1-2.2-5.1-5 0-2.2 1.7-3.9 3.8-3.9 1.6 0 2.8 1.2 2.8 2.7"
        stroke="var(--conch-accent)"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="15.5" cy="11" r="1.9" fill="var(--conch-accent)" />
      <path d="M12 21.5h8.2" stroke="var(--conch-accent)" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  );
}

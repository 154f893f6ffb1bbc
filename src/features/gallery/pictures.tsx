import type { ReactElement } from "react";

/* Drawn by hand. They show what a result looks like, and mean nothing by their colours beyond that. */

/** An axial slice of an abdomen with the spleen's mask and contour. */
function SpleenPicture() {
  return (
    <svg viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="320" height="180" fill="#0b0d0f" />
      <ellipse cx="160" cy="92" rx="112" ry="80" fill="#55585c" />
      <ellipse cx="160" cy="92" rx="104" ry="72" fill="#2d3033" />
      <ellipse cx="160" cy="91" rx="98" ry="66" fill="#6f7377" />
      <path d="M66 92c0-38 30-60 62-62 22-1 34 10 36 22-8 4-14 16-22 30-8 16-18 46-38 52-22 6-38-16-38-42z" fill="#9a9ea2" />
      <path d="M92 66c10 8 18 10 30 8M84 96c12 2 22 0 30-6" stroke="#7f8387" strokeWidth="3" fill="none" strokeLinecap="round" />
      <path d="M170 40c22-8 46 2 52 22 4 14-10 24-24 24-16 0-32-14-34-28-1-8 1-15 6-18z" fill="#4a4d51" />
      <path d="M178 48c14-6 32 0 36 12-10-4-22-6-36-12z" fill="#17191b" />
      <circle cx="166" cy="104" r="9" fill="#c9cccf" />
      <circle cx="146" cy="102" r="8" fill="#aeb2b6" />
      <path d="M146 122c4-8 24-8 28 0 3 7 1 14-4 17l6 12h-32l6-12c-5-3-7-10-4-17z" fill="#e4e6e8" />
      <circle cx="160" cy="142" r="4" fill="#777b7f" />
      <ellipse cx="120" cy="128" rx="15" ry="12" fill="#b9bdc1" />
      <ellipse cx="204" cy="130" rx="15" ry="12" fill="#b9bdc1" />
      <path d="M234 64c14 10 20 30 14 48-5 14-16 24-28 24-8 0-8-8-2-16 8-11 9-22 6-36-2-12 2-25 10-20z" fill="#a4a8ac" />
      <path
        d="M234 64c14 10 20 30 14 48-5 14-16 24-28 24-8 0-8-8-2-16 8-11 9-22 6-36-2-12 2-25 10-20z"
        fill="#e8833a"
        fillOpacity="0.55"
        stroke="#ffb27a"
        strokeWidth="2.5"
      />
      <path d="M20 20h18M20 20v18M300 160h-18M300 160v-18" stroke="#3f454b" strokeWidth="1.5" />
    </svg>
  );
}

/** A text, and a score on a scale. */
function ReadabilityPicture() {
  const lines = [232, 248, 216, 240, 128];
  return (
    <svg viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="320" height="180" fill="var(--conch-sunken)" />
      {lines.map((width, index) => (
        <rect key={width} x="36" y={28 + index * 15} width={width} height="6" rx="3" fill="var(--conch-border-strong)" opacity="0.55" />
      ))}
      <rect x="96" y="43" width="64" height="6" rx="3" fill="var(--conch-type-string)" />
      <rect x="176" y="73" width="84" height="6" rx="3" fill="var(--conch-type-float)" />
      <rect x="36" y="130" width="248" height="10" rx="5" fill="var(--conch-border)" />
      <rect x="36" y="130" width="164" height="10" rx="5" fill="var(--conch-accent)" />
      <circle cx="200" cy="135" r="9" fill="var(--conch-pane)" stroke="var(--conch-accent)" strokeWidth="3" />
    </svg>
  );
}

/** A drawn scene with its house and trees marked, and the likelihoods of three kinds of scene. */
function ImagePicture() {
  const house = "M70 150V96l44-34 44 34v54z";
  const trees = "M196 150V132l-24 0 18-28-12 0 24-40 24 40-12 0 18 28-24 0v18zM34 150V138l-18 0 14-22-8 0 18-30 18 30-8 0 14 22-18 0v12z";
  return (
    <svg viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="320" height="180" fill="#a9c9dc" />
      <path d="M0 104c40-22 84-26 124-6s120 16 196-16v98H0z" fill="#8ea579" />
      <circle cx="262" cy="38" r="18" fill="#f4e3a1" />
      <path d={house} fill="#d8cbb4" />
      <path d={trees} fill="#4f7447" />
      <path d={house} fill="#e8833a" fillOpacity="0.5" stroke="#ffd9b8" strokeWidth="2.5" />
      <path d={trees} fill="#2891ad" fillOpacity="0.5" stroke="#d9f3fa" strokeWidth="2.5" />
      <rect x="216" y="108" width="92" height="60" rx="4" fill="#14171a" fillOpacity="0.78" />
      <rect x="226" y="119" width="72" height="8" rx="2" fill="#63bbd0" />
      <rect x="226" y="134" width="26" height="8" rx="2" fill="#9fa7b0" />
      <rect x="226" y="149" width="12" height="8" rx="2" fill="#9fa7b0" />
    </svg>
  );
}

/** Any other repository: three steps in a row. */
function GraphPicture() {
  return (
    <svg viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="320" height="180" fill="var(--conch-sunken)" />
      <path d="M88 90h144" stroke="var(--conch-accent)" strokeWidth="2.5" />
      {[40, 124, 208].map((x) => (
        <g key={x}>
          <rect x={x} y="66" width="72" height="48" rx="4" fill="var(--conch-pane)" stroke="var(--conch-border-strong)" />
          <path d={`M${x} 80h72`} stroke="var(--conch-border)" />
        </g>
      ))}
    </svg>
  );
}

const PICTURES: Readonly<Record<string, () => ReactElement>> = { spleen_ct: SpleenPicture, readability: ReadabilityPicture, image: ImagePicture };

/** The picture of a sample by its name. Decorative. */
export function SamplePicture({ name }: { name: string }) {
  const Picture = PICTURES[name] ?? GraphPicture;
  return <Picture />;
}

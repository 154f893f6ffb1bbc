import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** The one accent: a blue-teal. Shade 8 carries white text at 5.5:1 and stands out from both pages at 3:1; shade 4 is text on dark surfaces. */
const conch: MantineColorsTuple = [
  "#e5f5f8", "#cfe8ee", "#a2d2de", "#74bccd", "#52acc2", "#3b9fb8", "#2891ad", "#137f9b", "#006f8a", "#005a70",
];

/** Neutral, slightly cool. Shades 5 to 7 are text on white at 4.5:1 and more. */
const gray: MantineColorsTuple = [
  "#f7f8f9", "#f0f2f4", "#e6e9ec", "#d8dce1", "#c3c9d0", "#68717c", "#5b646e", "#47505a", "#333a42", "#20252b",
];

/** The same neutral for dark surfaces: 7 is the page, 6 a raised surface, 4 a border; 0 to 3 are text on 7 at 4.5:1 and more. */
const dark: MantineColorsTuple = [
  "#dbdfe4", "#bfc5cc", "#9fa7b0", "#88919b", "#3c434c", "#2d333a", "#23282e", "#191d21", "#14171a", "#0e1113",
];

/** Dense and calm: small sizes, 4-px steps, square-ish corners. */
export const theme = createTheme({
  primaryColor: "conch",
  primaryShade: 8,
  colors: { conch, gray, dark },
  white: "#ffffff",
  black: "#1b2025",
  fontFamily: 'Inter, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif',
  fontFamilyMonospace: '"JetBrains Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.5", xl: "1.5" },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  radius: { xs: "2px", sm: "3px", md: "4px", lg: "6px", xl: "8px" },
  defaultRadius: "sm",
  respectReducedMotion: true,
  cursorType: "pointer",
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "20px" }, h2: { fontSize: "16px" }, h3: { fontSize: "14px" }, h4: { fontSize: "13px" } } },
  components: {
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "md" } },
    Button: { defaultProps: { size: "xs" } },
    // A menu's own first item takes the focus: the placeholder that would is no child that a menu may have.
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 100 }, withInitialFocusPlaceholder: false, menuItemTabIndex: 0 } },
    // Its <header> would be a second banner of the page.
    Modal: { defaultProps: { transitionProps: { duration: 120 }, attributes: { header: { role: "presentation" } } } },
    Select: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs", transitionDuration: 0 } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, transitionProps: { duration: 80 } } },
  },
});

/** Mantine's own variables where its defaults are below 4.5:1 or too loud for dense panes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5b646e",
    "--mantine-color-placeholder": "#68717c",
    "--mantine-color-error": "#b42318",
    "--mantine-color-default-border": "#d8dce1",
  },
  dark: {
    "--mantine-color-dimmed": "#9fa7b0",
    "--mantine-color-placeholder": "#88919b",
    "--mantine-color-error": "#ff8f85",
    "--mantine-color-default-border": "#3c434c",
  },
});

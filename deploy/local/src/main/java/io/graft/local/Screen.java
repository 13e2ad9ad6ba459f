package io.graft.local;

import java.io.PrintStream;
import java.util.Locale;

/**
 * What the demo says, for a person at a terminal or for a log. Plain ASCII of its own, so that any terminal shows it.
 */
final class Screen {

    private static final int BAR_WIDTH = 30;
    private static final int LINE_WIDTH = 100;
    private static final long REDRAW_EVERY_NANOS = 100_000_000;

    private final PrintStream out;
    private final boolean interactive;
    private final long beginNanos = System.nanoTime();

    /** @param interactive whether a line can be drawn again */
    Screen(PrintStream out, boolean interactive) {
        this.out = out;
        this.interactive = interactive;
    }

    void line(String text) {
        out.println(text);
    }

    void line(String format, Object... values) {
        line(String.format(Locale.ROOT, format, values));
    }

    /** A step, with the time since the start. */
    void step(String format, Object... values) {
        line(String.format(Locale.ROOT, "%n[%5.1f s] ", (System.nanoTime() - beginNanos) / 1e9)
                + String.format(Locale.ROOT, format, values));
    }

    /** A bar that begins at nothing; {@link Bar#close()} ends its line. */
    Bar bar(String noun) {
        return new Bar(noun);
    }

    /** Progress towards a known count: redrawn in place, or a line for every tenth where that cannot be. */
    final class Bar implements AutoCloseable {

        private final String noun;
        private long shownAtNanos;
        private int shownTenths;
        private String last = "";
        private String shown = "";

        private Bar(String noun) {
            this.noun = noun;
        }

        void show(long done, long total, String remark) {
            last = text(Math.min(done, total), total, remark);
            long now = System.nanoTime();
            if (interactive && now - shownAtNanos > REDRAW_EVERY_NANOS) {
                shownAtNanos = now;
                draw();
            }
            int tenths = (int) (10 * Math.min(done, total) / Math.max(1, total));
            if (!interactive && tenths > shownTenths) {
                shownTenths = tenths;
                draw();
            }
        }

        private String text(long done, long total, String remark) {
            int filled = (int) (BAR_WIDTH * done / Math.max(1, total));
            return String.format(Locale.ROOT, "  [%s%s] %d/%d %s  %s", "=".repeat(filled), " ".repeat(BAR_WIDTH - filled), done,
                    total, noun, remark);
        }

        private void draw() {
            if (interactive) {
                String fitting = last.length() > LINE_WIDTH ? last.substring(0, LINE_WIDTH) : last;
                out.print("\r" + fitting + " ".repeat(Math.max(0, shown.length() - fitting.length())));
                out.flush();
                shown = fitting;
            } else if (!last.equals(shown)) {
                out.println(last.stripTrailing());
                shown = last;
            }
        }

        @Override
        public void close() {
            if (!last.isEmpty()) {
                draw();
            }
            if (interactive && !last.isEmpty()) {
                out.println();
            }
        }
    }
}
